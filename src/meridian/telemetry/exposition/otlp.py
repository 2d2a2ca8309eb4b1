"""OpenTelemetry's metrics: the same families as one message of OTLP 1 (protobuf), as its HTTP exporter sends it to `/v1/metrics`.

Counters and histograms are cumulative since the process's start. Pure.
"""

from collections.abc import Iterable

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    AGGREGATION_TEMPORALITY_CUMULATIVE,
    Gauge,
    HistogramDataPoint,
    Metric,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.proto.metrics.v1.metrics_pb2 import Histogram as Durations
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from meridian.telemetry.exposition.families import BOUNDS, Family, Labels, Sample

MEDIA_TYPE = "application/x-protobuf"


def message(families: Iterable[Family], resource: dict[str, str], started: float, now: float) -> bytes:
    """started, now: seconds since 1970."""
    metrics = [_metric(family, _nanoseconds(started), _nanoseconds(now)) for family in families]
    scope = ScopeMetrics(scope=InstrumentationScope(name="meridian"), metrics=metrics)
    about = Resource(attributes=_attributes(tuple(resource.items())))
    request = ExportMetricsServiceRequest(
        resource_metrics=[ResourceMetrics(resource=about, scope_metrics=[scope])]
    )
    return bytes(request.SerializeToString())


def _metric(family: Family, started: int, now: int) -> Metric:
    made = Metric(name=family.name, description=family.help, unit=family.unit)
    if family.shape == "gauge":
        made.gauge.CopyFrom(Gauge(data_points=[_number(each, 0, now) for each in family.samples]))
    elif family.shape == "counter":
        points = [_number(each, started, now) for each in family.samples]
        made.sum.CopyFrom(
            Sum(
                data_points=points,
                aggregation_temporality=AGGREGATION_TEMPORALITY_CUMULATIVE,
                is_monotonic=True,
            )
        )
    else:
        spread = [_spread(each, started, now) for each in family.samples]
        made.histogram.CopyFrom(
            Durations(data_points=spread, aggregation_temporality=AGGREGATION_TEMPORALITY_CUMULATIVE)
        )
    return made


def _number(sample: Sample, started: int, now: int) -> NumberDataPoint:
    return NumberDataPoint(
        attributes=_attributes(sample.labels),
        start_time_unix_nano=started,
        time_unix_nano=now,
        as_double=sample.value,
    )


def _spread(sample: Sample, started: int, now: int) -> HistogramDataPoint:
    """OTLP counts each bucket for itself, where Prometheus adds them up."""
    found = sample.buckets
    counts = found.counts if found else (0,) * len(BOUNDS)
    n = found.n if found else 0
    each = [upper - lower for lower, upper in zip((0, *counts), (*counts, n), strict=True)]
    return HistogramDataPoint(
        attributes=_attributes(sample.labels),
        start_time_unix_nano=started,
        time_unix_nano=now,
        count=n,
        sum=found.total / 1000 if found else 0.0,
        bucket_counts=each,
        explicit_bounds=[bound / 1000 for bound in BOUNDS],
    )


def _attributes(labels: Labels) -> list[KeyValue]:
    return [KeyValue(key=name, value=AnyValue(string_value=value)) for name, value in labels]


def _nanoseconds(seconds: float) -> int:
    return round(seconds * 1000) * 1_000_000
