"""Prometheus's text format, written by its own client library."""

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from meridian.telemetry.exposition.families import BOUNDS, Family

MEDIA_TYPE = CONTENT_TYPE_LATEST


def text(families: Iterable[Family]) -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collected(families))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


class _Collected:
    def __init__(self, families: Iterable[Family]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        return map(_metric, self._families)

    def describe(self) -> Iterator[Metric]:
        """None beforehand: asking would use them up."""
        return iter(())


def _metric(family: Family) -> Metric:
    names = [name for name, _ in family.samples[0].labels] if family.samples else []
    if family.shape == "histogram":
        durations = HistogramMetricFamily(family.name, family.help, labels=names)
        for sample in family.samples:
            if sample.buckets is not None:
                bounds = [f"{bound / 1000:g}" for bound in BOUNDS]
                pairs = [*zip(bounds, sample.buckets.counts, strict=True), ("+Inf", sample.buckets.n)]
                durations.add_metric(
                    [value for _, value in sample.labels], pairs, sample.buckets.total / 1000
                )
        return durations
    made = (CounterMetricFamily if family.shape == "counter" else GaugeMetricFamily)(
        family.name, family.help, labels=names
    )
    for sample in family.samples:
        made.add_metric([value for _, value in sample.labels], sample.value)
    return made
