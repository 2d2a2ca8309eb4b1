"""The sample: few users, but of each everything, and back in the order of time."""

import json
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from meridian.envoy.lines import grouped
from meridian.envoy.snapshot import Json
from meridian.limits.traffic.replay import Recorded, recorded
from meridian.limits.traffic.sample import HOUR, Sample
from meridian.limits.traffic.who import Pseudonyms
from tests.limits.traffic.traffic import START, line

NAMES = Pseudonyms(b"key")


def back(*harvests: list[Json]) -> Recorded:
    """As control has them after their way through JSON."""
    return recorded("EU", json.loads(json.dumps([each for harvest in harvests for each in harvest])))


def test_what_users_did_comes_back_without_their_names() -> None:
    sample = Sample(NAMES)
    lines = [
        line(3.25, "anna", tier="vip"),
        line(1.0, "ben", country="FR"),
        line(4.0, None, client="2001:db8::1"),
    ]
    sample.add(grouped(lines))
    content = sample.harvest(START + 10)
    assert not any(name in json.dumps(content) for name in ("anna", "ben", "2001:db8", "192.0.2.1"))
    found = back(content)
    assert (found.level, found.weight, found.users) == (0, 1, 3)
    assert [round(each.time - START, 1) for each in found.events] == [1.0, 3.2, 4.0]
    assert [each.kind.tier for each in found.events] == ["free", "vip", "free"]
    assert [each.kind.signed_in for each in found.events] == [True, True, False]
    assert found.events[0].client == found.events[1].client != found.events[2].client


def test_nothing_is_left_out_while_there_are_few() -> None:
    sample = Sample(NAMES)
    sample.add(grouped([line(number / 10, f"u{number % 50}") for number in range(500)]))
    assert Counter(each.who for each in back(sample.harvest(START)).events).most_common()[-1][1] == 10


@settings(deadline=None, max_examples=40)
@given(
    st.integers(1, 40),
    st.integers(20, 400),
    st.lists(st.lists(st.integers(0, 300), max_size=80), min_size=1, max_size=12),
)
def test_of_whoever_is_in_the_sample_everything_is_there(
    users: int, events: int, chunks: list[list[int]]
) -> None:
    sample = Sample(NAMES, users=users, events=events)
    did: Counter[str] = Counter()
    made = []
    for turn, chunk in enumerate(chunks):
        sample.add(grouped([line(turn * 10, f"u{number}") for number in chunk]))
        did.update(NAMES.name("user", f"u{number}") for number in chunk)
        if turn % 2:
            made.append(sample.harvest(START + turn * 10))
    made.append(sample.harvest(START + 1000))
    found = back(*made)
    counted = Counter(each.who for each in found.events)
    assert len(counted.keys() - found.active) <= users
    assert all(did[who] == count for who, count in counted.items())
    chosen = {
        NAMES.name("user", f"u{n}") for c in chunks for n in c if not NAMES.rank(f"u{n}") % found.weight
    }
    assert counted.keys() == chosen | found.active


def test_the_share_comes_back_after_a_quiet_hour() -> None:
    sample = Sample(NAMES, users=10)
    sample.add(grouped([line(0, f"u{number}") for number in range(100)]))
    assert sample.level > 1
    before = sample.level
    for minutes in range(0, 210, 10):
        sample.harvest(START + minutes * 60)
    assert sample.level == before - 2
    assert HOUR == 3600


def test_what_is_kept_of_many_users_is_bounded() -> None:
    sample = Sample(NAMES, users=100, events=1000)
    for turn in range(50):
        sample.add(grouped([line(turn, f"u{turn}-{number}") for number in range(500)]))
    [content] = sample.harvest(START)
    assert len(content["users"]) <= 100
    assert len(content["times"]) <= 1000
    assert content["level"] >= 8


def test_a_region_is_brought_to_one_share_and_to_what_can_be_replayed() -> None:
    small, large = Sample(NAMES, users=20), Sample(NAMES)
    lines = [line(number / 100, f"u{number}") for number in range(1000)]
    small.add(grouped(lines[:500]))
    large.add(grouped(lines[500:]))
    samples = [small.harvest(START), large.harvest(START)]
    found = back(*samples)
    assert found.level == small.level
    assert all(
        not NAMES.rank(f"u{n}") % found.weight
        for n in range(1000)
        if NAMES.name("user", f"u{n}") in {each.who for each in found.events}
    )
    assert len(recorded("EU", [each for harvest in samples for each in harvest], most=5).events) <= 5


def test_whoever_is_active_is_in_it_whatever_the_share_with_what_they_did_before() -> None:
    sample = Sample(NAMES, users=100)
    harvests = []
    for turn in range(60):
        lines = [line(turn + n / 1000, f"u{turn}-{n}") for n in range(100)]
        sample.add(grouped([*lines, *(line(turn + 0.5, f"busy-{n}") for n in range(20))]))
        harvests.append(sample.harvest(START + turn))
    found = back(*harvests)
    busy = {NAMES.name("user", f"busy-{n}") for n in range(20)}
    assert found.level > 3
    assert found.active == busy
    counted = Counter(each.who for each in found.events)
    assert {counted[who] for who in busy} == {60}
    assert all(found.weight_of(who) == 1 for who in busy)


def test_when_all_are_active_more_has_to_be_done_to_count_as_that() -> None:
    sample = Sample(NAMES, users=50)
    for turn in range(100):
        sample.add(grouped([line(turn + n / 1000, f"u{n}") for n in range(400)]))
    assert sample.often > 20
    [content] = sample.harvest(START + 100)
    assert len(content["users"]) <= 50


def test_a_flood_of_one_user_leaves_room_for_the_others() -> None:
    sample = Sample(NAMES)
    for turn in range(100):
        sample.add(grouped([line(turn, "flood") for _ in range(300)] + [line(turn, f"u{turn}")]))
    assert sample.level == 0
    assert back(sample.harvest(START + 100)).users == 101


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abcdefghijkl"), st.booleans()), max_size=120),
    st.lists(st.integers(1, 40), min_size=1),
    st.integers(1, 6),
)
def test_many_lines_at_once_are_recorded_as_one_after_the_other(
    users: list[tuple[str, bool]], portions: list[int], often: int
) -> None:
    one, many = (Sample(NAMES, level=3, often=often) for _ in range(2))
    lines = [
        line(n, user if signed_in else None, client=f"192.0.2.{ord(user)}")
        for n, (user, signed_in) in enumerate(users)
    ]
    for each in lines:
        one.add(grouped([each]))
    start = turn = 0
    while start < len(lines):
        size = portions[turn % len(portions)]
        many.add(grouped(lines[start : start + size]))
        start, turn = start + size, turn + 1
    assert many.harvest(START) == one.harvest(START)
