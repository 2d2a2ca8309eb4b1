"""A region's health, from what its edges report."""

import pytest

from meridian.core.errors import NotFound
from meridian.regions.health import check, down, regions_away
from tests.regions.bench import policy, report, seen

CONFIG = policy()
UP = (seen("europe-west1", "chat"), seen("europe-west4", "chat"), seen("europe-west1", "wallet"))


def test_all_up_is_healthy() -> None:
    found = check(CONFIG, {"EU": [report("EU", health=UP)]}, {}, "EU")
    assert (found.status, found.sentence) == ("healthy", "EU: all 3 services are up in every location")


def test_one_that_is_down_in_one_of_two_places_degrades_the_region_and_is_named() -> None:
    ill = (*UP[:1], seen("europe-west4", "chat", healthy=False, reason="/failed_active_hc"))
    found = check(CONFIG, {"EU": [report("EU", health=ill)]}, {}, "EU")
    assert (found.status, found.sentence) == ("degraded", "EU: chat in europe-west4 has 0 of 1 up")
    assert [(s.location, s.up, s.reason) for s in found.services] == [
        ("europe-west1", True, ""),
        ("europe-west4", False, "/failed_active_hc"),
    ]


def test_a_location_that_is_lost_as_a_whole_is_said_in_one_breath() -> None:
    lost = (seen("europe-west1", "chat", healthy=False), seen("europe-west1", "wallet", healthy=False))
    rest = (seen("europe-west4", "chat"), seen("europe-west4", "wallet"))
    found = check(CONFIG, {"EU": [report("EU", health=(*lost, *rest))]}, {}, "EU")
    assert (found.status, found.sentence) == (
        "degraded",
        "EU: none of the 2 services in europe-west1 is up",
    )


def test_one_that_is_up_nowhere_takes_the_region_down() -> None:
    ill = (seen("europe-west1", "wallet", healthy=False), seen("europe-west1", "chat"))
    found = check(CONFIG, {"EU": [report("EU", health=ill)]}, {}, "EU")
    assert (found.status, found.sentence) == ("down", "EU: wallet is up nowhere")


def test_silence_is_not_health() -> None:
    found = check(CONFIG, {"US": [report("US")]}, {}, "EU")
    assert (found.status, found.sentence) == (
        "unknown",
        "EU: none of its edges reported in the last 10 seconds",
    )


def test_a_dead_envoy_is_down_whatever_it_saw_last() -> None:
    dead = report("EU", health=UP).model_copy(update={"envoy": "down"})
    assert check(CONFIG, {"EU": [dead]}, {}, "EU").sentence == "EU: none of its 1 edges is live"


def test_an_instance_in_several_clusters_and_before_several_edges_counts_once_and_as_up_where_anyone_reaches_it() -> (
    None
):
    one = seen("europe-west1", "chat", healthy=False)
    again = one.model_copy(update={"cluster": "chat@europe-west1+europe-west4"})
    reached = one.model_copy(update={"healthy": True})
    found = check(
        CONFIG,
        {"EU": [report("EU", "a", health=(one, again)), report("EU", "b", health=(reached,))]},
        {},
        "EU",
    )
    assert [(s.healthy, s.total) for s in found.services] == [(1, 1)]


def test_other_regions_as_seen_from_here_and_clusters_that_are_no_service_are_left_out() -> None:
    peers = (seen("US", "chat"), seen("europe-west1", "control"))
    assert check(CONFIG, {"EU": [report("EU", health=peers)]}, {}, "EU").services == ()


def test_a_drain_is_told() -> None:
    found = check(CONFIG, {"EU": [report("EU", health=UP)]}, {"europe-west1": 0.25, "us-central1": 1.0}, "EU")
    assert found.sentence.endswith("; 25% of europe-west1 drained")
    assert found.draining == {"europe-west1": 0.25}


def test_an_unknown_region_is_answered_with_the_one_that_was_meant() -> None:
    with pytest.raises(NotFound, match="did you mean APAC"):
        check(CONFIG, {}, {}, "APACC")


def test_a_location_is_down_when_its_own_edge_reaches_nothing_there() -> None:
    health = (
        seen("europe-west1", "chat", healthy=False),
        seen("europe-west1", "wallet"),
        seen("europe-west4", "chat", healthy=False),
    )
    reports = {
        "EU": [report("EU", health=health)],
        "US": [report("US", health=(seen("EU", "chat", healthy=False),))],
    }
    assert down(CONFIG, reports) == {"europe-west4"}
    assert down(CONFIG, reports, "chat") == {"europe-west1", "europe-west4"}
    assert down(CONFIG, {}) == frozenset()


def test_a_region_is_away_with_the_last_of_its_locations() -> None:
    assert regions_away(CONFIG, frozenset({"europe-west1", "us-central1"})) == {"US"}
