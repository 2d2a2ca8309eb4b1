from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from meridian.core.clock import FakeClock
from meridian.telemetry.exposition.families import BOUNDS, counters, gauges
from meridian.telemetry.exposition.otlp import message
from meridian.telemetry.exposition.totals import Totals
from tests.telemetry.exposition.cubes import now, traffic


def sent() -> dict[str, object]:
    totals = Totals(FakeClock())
    totals.add({100: traffic(4, 120, 900)})
    body = message(
        [*counters(totals.cubes), *gauges(now())], {"service.name": "meridian-control"}, 10.0, 12.5
    )
    request = ExportMetricsServiceRequest.FromString(body)
    (resource,) = request.resource_metrics
    assert [(each.key, each.value.string_value) for each in resource.resource.attributes] == [
        ("service.name", "meridian-control")
    ]
    return {metric.name: metric for metric in resource.scope_metrics[0].metrics}


def test_counters_are_cumulative_since_the_start_of_the_process() -> None:
    requests = sent()["meridian_requests"].sum  # type: ignore[attr-defined]

    (point,) = requests.data_points
    assert requests.is_monotonic
    assert requests.aggregation_temporality == 2  # cumulative
    assert (point.as_double, point.start_time_unix_nano, point.time_unix_nano) == (
        3,
        10 * 10**9,
        12_500_000_000,
    )
    assert {each.key: each.value.string_value for each in point.attributes}["location"] == "europe-west1"


def test_durations_have_a_count_of_their_own_for_each_bucket() -> None:
    (point,) = sent()["meridian_request_duration_seconds"].histogram.data_points  # type: ignore[attr-defined]

    assert list(point.explicit_bounds) == [bound / 1000 for bound in BOUNDS]
    assert len(point.bucket_counts) == len(BOUNDS) + 1
    assert sum(point.bucket_counts) == point.count == 3
    assert point.bucket_counts[0] == 1


def test_what_is_so_now_is_a_gauge() -> None:
    metrics = sent()

    assert metrics["meridian_edge_memory_bytes"].gauge.data_points[0].as_double == 100  # type: ignore[attr-defined]
    assert metrics["meridian_edge_memory_bytes"].unit == "By"  # type: ignore[attr-defined]
