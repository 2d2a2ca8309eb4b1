from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from meridian.alerts.deliveries.lanes import AT_ONCE, Waiting, plan
from meridian.integrations.notice import Status
from tests.integrations.notices import AT

LATER = AT + timedelta(seconds=5)


def _lane(*events: Status, channel: str = "pager", incident: str = "i") -> list[Waiting]:
    return [Waiting(f"{incident}{n}", incident, channel, event, AT) for n, event in enumerate(events)]


def test_a_lane_is_sent_one_after_the_other() -> None:
    assert plan(_lane("change", "change"), (), AT).send == ["i0"]


def test_lanes_do_not_wait_for_each_other() -> None:
    both = [*_lane("firing", incident="a"), *_lane("firing", incident="b"), *_lane("firing", channel="chat")]
    assert plan(both, (), AT).send == ["a0", "b0", "i0"]


def test_what_was_over_before_it_could_be_told_is_told_as_one_end() -> None:
    found = plan(_lane("firing", "acknowledged", "firing", "resolved"), (), AT)
    assert (found.send, sorted(found.superseded)) == (["i3"], ["i0", "i1", "i2"])


def test_the_newest_of_several_firings_says_it_all() -> None:
    found = plan(_lane("firing", "firing"), (), AT)
    assert (found.send, found.superseded) == (["i1"], ["i0"])


def test_an_acknowledgement_comes_after_the_firing_that_it_is_about() -> None:
    found = plan(_lane("firing", "acknowledged"), (), AT)
    assert (found.send, found.superseded) == (["i0"], [])


def test_news_are_all_told() -> None:
    assert plan(_lane("change", "change", "change"), (), AT).superseded == []


def test_what_is_under_way_is_not_overtaken_by_its_own_end() -> None:
    firing, resolved = _lane("firing", "resolved")
    under_way = Waiting(firing.id, "i", "pager", "firing", AT, claimed_until=LATER)
    assert plan([under_way, resolved], (), AT) == plan([under_way], (), AT)
    after_it = plan([under_way, resolved], (), LATER)
    assert (after_it.send, after_it.superseded) == (["i1"], ["i0"])


def test_nothing_is_sent_before_it_is_due_nor_anything_behind_it() -> None:
    first, second = _lane("firing", "acknowledged")
    waits = Waiting(first.id, "i", "pager", "firing", LATER)
    assert plan([waits, second], (), AT).send == []
    assert plan([waits, second], (), LATER).send == ["i0"]


def test_a_pause_that_a_receiver_asked_for_is_kept_by_its_whole_channel() -> None:
    assert plan([*_lane("firing"), *_lane("firing", channel="chat", incident="c")], ("pager",), AT).send == [
        "c0"
    ]


def test_a_channel_gets_a_few_at_a_time() -> None:
    many = [each for n in range(20) for each in _lane("firing", incident=f"{n:02}-")]
    assert len(plan(many, (), AT).send) == AT_ONCE


_waiting = st.builds(
    Waiting,
    id=st.uuids().map(str),
    incident=st.sampled_from("ab"),
    channel=st.sampled_from(["pager", "chat"]),
    event=st.sampled_from(["firing", "acknowledged", "resolved", "change"]),
    due_at=st.sampled_from([AT, LATER]),
    claimed_until=st.sampled_from([None, None, AT, LATER]),
)


@settings(deadline=None)
@given(st.lists(_waiting, max_size=12, unique_by=lambda each: each.id))
def test_order_holds_and_the_last_word_is_never_dropped(waiting: Sequence[Waiting]) -> None:
    found = plan(waiting, (), AT)
    lanes: dict[tuple[str, str], list[Waiting]] = {}
    for each in waiting:
        lanes.setdefault((each.channel, each.incident), []).append(each)
    for lane in lanes.values():
        assert lane[-1].id not in found.superseded
        sent = [each for each in lane if each.id in found.send]
        assert len(sent) <= 1
        if sent:
            before = lane[: lane.index(sent[0])]
            assert all(each.id in found.superseded for each in before)
            assert not any(each.claimed(AT) for each in lane[: lane.index(sent[0]) + 1])
    assert not {each.id for each in waiting if each.claimed(AT)} & {*found.send, *found.superseded}
    assert all(each.due_at <= AT for each in waiting if each.id in found.send)
