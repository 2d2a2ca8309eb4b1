import shutil
import subprocess

from prometheus_client.parser import text_string_to_metric_families

from meridian.core.clock import FakeClock
from meridian.telemetry.exposition.families import counters, gauges
from meridian.telemetry.exposition.prometheus import text
from meridian.telemetry.exposition.totals import Totals
from tests.telemetry.exposition.cubes import now, traffic


def exposed(*milliseconds: int) -> bytes:
    totals = Totals(FakeClock())
    totals.add({100: traffic(*milliseconds)})
    return text([*counters(totals.cubes), *gauges(now())])


def values(body: bytes) -> dict[tuple[str, ...], float]:
    """Name, then values of the labels in the order of the labels' names."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
    }


def test_a_scrape_says_what_was_counted() -> None:
    found = values(exposed(4, 120, 900))

    assert found["meridian_requests_total", "chat", "europe-west1", "EU", "chat-service", "2xx", "1"] == 3
    assert (
        found["meridian_response_bytes_total", "chat", "europe-west1", "EU", "chat-service", "2xx", "1"]
        == 600
    )
    assert found["meridian_market_requests_total", "FR", "europe-west1", "ok", "EU"] == 3
    assert found["meridian_business_amount_total", "EU", "token.spent"] == 15
    assert found["meridian_active_people", "EU", "users"] == 2
    assert found["meridian_edge_memory_bytes", "edge-1", "EU"] == 100
    assert found["meridian_location_up", "europe-west1", "EU"] == 0
    assert found["process_resident_memory_bytes",] > 0


def test_durations_are_seconds_in_cumulative_buckets() -> None:
    found = values(exposed(4, 120, 900))
    name = "meridian_request_duration_seconds"

    steps = [
        found[f"{name}_bucket", "chat", le, "europe-west1", "EU", "chat-service", "1"]
        for le in ("0.005", "0.1", "0.15", "+Inf")
    ]
    assert steps == [1, 1, 2, 3]
    assert found[f"{name}_count", "chat", "europe-west1", "EU", "chat-service", "1"] == 3
    assert abs(found[f"{name}_sum", "chat", "europe-west1", "EU", "chat-service", "1"] - 1.024) < 0.01


def test_promtool_has_nothing_to_object_to() -> None:
    promtool = shutil.which("promtool")
    assert promtool, "promtool is not installed; on Debian: apt-get install prometheus"

    checked = subprocess.run([promtool, "check", "metrics"], input=exposed(4, 120, 900), capture_output=True)

    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")


def test_nothing_counted_yet_is_a_scrape_too() -> None:
    totals = Totals(FakeClock())

    assert b"# TYPE meridian_requests_total counter" in text(counters(totals.cubes))
