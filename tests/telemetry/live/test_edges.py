"""What edges' reports come to, as gauges."""

from meridian.telemetry.live.edges import NONE_SEEN, gauges
from tests.telemetry.metrics.edges import host, report
from tests.telemetry.profile import avalo

CHAT, FEED = "chat-service", "matching-engine"


def values(*reports: object, settled: bool = True, seen: object = NONE_SEEN) -> dict[tuple[str, ...], float]:
    cube = gauges(avalo(), {"EU": reports}, seen, settled)  # type: ignore[dict-item, arg-type]
    return {labels: cell.sums[1] for labels, cell in cube.cells.items()}


def test_a_location_is_up_while_anything_in_it_is_and_a_region_while_every_service_is_somewhere() -> None:
    found = values(
        report(
            "EU",
            "EU-1",
            host(CHAT, "europe-west1", False),
            host(FEED, "europe-west1", False),
            host(CHAT, "europe-west4"),
            host(FEED, "europe-west4"),
        )
    )
    assert found["location_up", "EU", "europe-west1"] == 0
    assert found["location_up", "EU", "europe-west4"] == 1
    assert found["service_up", "EU", f"{CHAT}@europe-west1"] == 0
    assert found["region_up", "EU", ""] == 1
    assert found["edge_up", "EU", "EU-1"] == 1
    found = values(report("EU", "EU-1", host(CHAT, "europe-west1", False), host(FEED, "europe-west4")))
    assert found["region_up", "EU", ""] == 0


def test_a_region_that_says_nothing_is_down_once_control_has_run_for_a_while() -> None:
    assert ("region_up", "US", "") not in values(report("EU", "EU-1"), settled=False)
    found = values(report("EU", "EU-1"))
    assert found["region_up", "US", ""] == 0
    assert not [labels for labels in found if labels[0] == "location_up"]


def test_an_edge_that_falls_silent_is_down_until_it_is_forgotten() -> None:
    seen = NONE_SEEN.after({"EU": [report("EU", "EU-1"), report("EU", "EU-2")]}, 100.0)
    seen = seen.after({"EU": [report("EU", "EU-2", envoy="starting")]}, 200.0)
    found = values(report("EU", "EU-2", envoy="starting"), seen=seen)
    assert (found["edge_up", "EU", "EU-1"], found["edge_up", "EU", "EU-2"]) == (0, 0)
    assert set(seen.after({}, 1050.0).edges) == {("EU", "EU-2")}
