from hypothesis import given
from hypothesis import strategies as st

from meridian.loadtest.live.follow import Follow
from meridian.loadtest.live.tally import Tally
from meridian.loadtest.record import Key, Record

REQUESTS = st.lists(
    st.tuples(
        st.integers(0, 25),
        st.floats(0.001, 3.0),
        st.sampled_from(["ok", "error", "limited"]),
        st.sampled_from(["EU", "US"]),
    ),
    max_size=60,
)


@given(REQUESTS, st.integers(0, 10))
def test_following_second_by_second_sees_what_the_whole_record_says(requests, warm_up):
    """Requests are recorded when they end, and looked at each second as the engine does."""
    record, follow = Record(keep=3.0), Follow(3.0, warm_up)
    ends = sorted(requests, key=lambda each: each[0] + each[1])
    for second in range(30):
        while ends and ends[0][0] + ends[0][1] < second:
            due, took, outcome, region = ends.pop(0)
            record.due(due)
            record.sent(due, 0.0)
            record.sample(due, due + took, Key(0, region, "west", "1", outcome), 1)
        follow.look(record, second)
    whole = Tally.together(Tally.of(record.second(at)) for at in range(30))
    measured = Tally.together(Tally.of(record.second(at)) for at in range(warm_up, 30))
    assert follow.whole == whole
    assert follow.measured == measured
    assert [point.at for point in follow.points] == list(range(29))
    assert follow.recent(30) == whole


def test_the_second_under_way_is_no_point_yet():
    record, follow = Record(), Follow(5.0)
    record.due(0.5)
    follow.look(record, 0)
    assert follow.last() is None
    assert follow.whole.due == 1
    follow.look(record, 1)
    assert follow.late == 1, "it was due and never sent"
