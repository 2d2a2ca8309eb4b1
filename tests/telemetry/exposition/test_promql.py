import pytest

from meridian.core.errors import InvalidInput
from meridian.telemetry.exposition.promql import counted, promql
from meridian.telemetry.metrics.catalogue import METRICS
from meridian.telemetry.metrics.query import Query


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_can_be_asked_of_prometheus(metric: str) -> None:
    assert "meridian_" in promql(Query(metric))


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        (
            Query("requests_per_second", {"region": ("EU",)}, ("location",), 120),
            'sum by (location) (rate(meridian_requests_total{region="EU"}[120s]))',
        ),
        (
            Query("latency_p95", {"feature": ("chat", "ai")}, ("region",)),
            "histogram_quantile(0.95, sum by (le, region) "
            '(rate(meridian_request_duration_seconds_bucket{feature=~"ai|chat"}[60s]))) * 1000',
        ),
        (
            Query("error_rate"),
            '(sum(rate(meridian_requests_total{status="5xx"}[60s])) or sum(rate(meridian_requests_total[60s])) * 0) '
            "/ sum(rate(meridian_requests_total[60s]))",
        ),
        (
            Query("location_up", by=("what",), over=4),
            "avg by (location) (avg_over_time(meridian_location_up[30s]))",
        ),
        (
            Query("fraud_alerts_active", {"what": ("critical",)}, over=10),
            'sum(avg_over_time(meridian_fraud_alerts_active{severity="critical"}[30s]))',
        ),
        (
            Query("limit_refusals_per_second", by=("limit",)),
            'sum by (limit) (rate(meridian_action_requests_total{limit!=""}[60s]))',
        ),
    ],
)
def test_a_metric_becomes_an_expression(query: Query, expression: str) -> None:
    assert promql(query) == expression


def test_what_a_share_is_made_from_can_be_asked_too() -> None:
    assert (
        counted(Query("error_rate", by=("region",)))
        == "sum by (region) (increase(meridian_requests_total[60s]))"
    )
    assert counted(Query("tickets_urgent")) is None


def test_values_cannot_leave_their_quotes() -> None:
    assert 'feature="a\\"b"' in promql(Query("requests_per_second", {"feature": ('a"b',)}))
    assert 'feature=~"a\\\\.\\\\*|b"' in promql(Query("requests_per_second", {"feature": ("a.*", "b")}))


def test_what_is_not_exposed_is_said() -> None:
    with pytest.raises(InvalidInput, match="durations are exposed without the label status"):
        promql(Query("latency_p95", {"status": ("5xx",)}))
