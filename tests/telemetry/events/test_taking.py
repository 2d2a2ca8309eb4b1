from datetime import timedelta

import pytest

from meridian.telemetry.events.batch import Malformed
from meridian.telemetry.events.taking import AHEAD, LATE, sift
from tests.telemetry.events.making import NOW, event

REGIONS = ("EU", "US")


@pytest.mark.parametrize("seconds", [0.0, -LATE.total_seconds(), AHEAD.total_seconds()])
def test_an_event_up_to_an_hour_late_or_minutes_ahead_is_taken(seconds: float) -> None:
    one = event("cdn", seconds)
    assert sift([one], REGIONS, NOW).events == [one]


@pytest.mark.parametrize(
    ("seconds", "reason"),
    [
        (-3601, "at: it is 1.00 h old, and events are taken for 1 h"),
        (-86400, "at: it is 24 h old, and events are taken for 1 h"),
        (301, "at: it lies 0.08 h ahead; set the clock of the server that sent it"),
    ],
)
def test_one_out_of_time_is_refused_by_itself(seconds: float, reason: str) -> None:
    found = sift([event("cdn"), event("cdn", seconds), event("cdn")], REGIONS, NOW)
    assert len(found.events) == 2
    assert [(each.index, each.reason) for each in found.refused] == [(1, reason)]


def test_a_region_that_is_not_configured_is_named_with_the_nearest() -> None:
    found = sift([event("cdn", region="UE"), event("cdn", region="MARS")], REGIONS, NOW)
    assert [each.reason for each in found.refused] == [
        "region: there is no region UE; did you mean EU?",
        "region: there is no region MARS; use one of EU, US",
    ]


def test_an_id_counts_once_in_a_batch_and_a_malformed_event_takes_none() -> None:
    one = event("cdn", id="same")
    found = sift([Malformed("no"), one, event("panic", id="same"), event("cdn", -7200, id="x")], REGIONS, NOW)
    assert (found.events, found.doubled) == ([one], 1)
    assert [each.index for each in found.refused] == [0, 3]


def test_it_is_the_same_in_other_time_zones() -> None:
    there = (NOW - timedelta(minutes=59)).isoformat().replace("+00:00", "Z")
    assert sift([event("cdn", at=there)], REGIONS, NOW).events
