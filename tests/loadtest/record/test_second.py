"""Seconds add up, and are the same after a journey."""

from meridian.loadtest.outcomes import OK, TIMEOUT
from meridian.loadtest.record import Burst, Failure, Key, Second, Usage
from meridian.loadtest.record.second import BITMAP
from meridian.loadtest.record.wire import from_wire, to_wire

FINE, GONE = Key(0, "EU", "eu-1", "v1", OK), Key(1, "EU", "", "", TIMEOUT)


def second() -> Second:
    return Second(
        latencies={FINE: {100: 3, 7: 1}, GONE: {9000: 2}},
        due=6,
        sent=6,
        lag={300: 6},
        beat=1500,
        answered={"EU": bytearray([128] + [0] * (BITMAP - 1))},
        failures={Failure(1, "EU", TIMEOUT, "late"): Burst(2, 5, 1, 9, 4)},
        served={("EU", "eu-1"): Burst(4, 1, 0, 8, 3)},
        resources={"envoy": Usage(1, 250, 1000)},
        trouble={"it died": 1},
    )


def test_a_journey_changes_nothing() -> None:
    assert from_wire(to_wire(second())) == second()


def test_counts_are_by_what_is_asked() -> None:
    assert second().count() == 6
    assert second().failed() == 2
    assert second().count(lambda key: key.step == 0) == 4
    assert second().failed(lambda key: key.region == "US") == 0
    assert second().latency(lambda key: key.outcome == OK).counts == {100: 3, 7: 1}


def test_two_add_up_and_the_parts_stay_as_they_are() -> None:
    one, other = second(), second()
    other.answered["EU"] = bytearray([64] + [0] * (BITMAP - 1))
    other.beat = 90
    together = Second.together([one, other])
    assert together.latencies == {FINE: {100: 6, 7: 2}, GONE: {9000: 4}}
    assert (together.due, together.sent, together.lag, together.beat) == (12, 12, {300: 12}, 1500)
    assert together.answered["EU"][0] == 192
    assert together.failures[Failure(1, "EU", TIMEOUT, "late")].n == 4
    assert together.resources["envoy"] == Usage(2, 500, 2000)
    assert together.trouble == {"it died": 2}
    assert one == second(), "what was added is not shared"
