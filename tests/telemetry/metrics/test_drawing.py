"""Panels, their sentences, and lines as blocks."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meridian.core.errors import InvalidInput, NotFound
from meridian.telemetry.metrics.catalogue import METRICS, known
from meridian.telemetry.metrics.drawing import Drawn, sentence, shown
from meridian.telemetry.metrics.panels import Panel, Series, panel_of, panels
from meridian.telemetry.metrics.spans import span
from meridian.telemetry.metrics.sparks import LEVELS, blocks, squeezed
from tests.telemetry.profile import avalo

NOW = datetime(2030, 1, 1, tzinfo=UTC)
PANEL = Panel("latency", "Latency", "ms", 30, "", (Series("p95", "latency_p95", ("region",)),), 400.0)


def test_the_profile_has_the_panels_of_the_specification_with_their_rates_and_objectives() -> None:
    found = {name: (each.refresh, each.objective) for name, each in panels(avalo()).items()}
    assert {
        name: found[name] for name in ("latency", "throughput", "ai", "cdn", "feed", "errors", "fraud")
    } == {
        "latency": (30, 400.0),
        "throughput": (10, None),
        "ai": (60, 3000.0),
        "cdn": (30, 0.85),
        "feed": (30, 800.0),
        "errors": (30, 0.01),
        "fraud": (60, None),
    }
    assert set(found) >= {"users", "tokens", "payouts", "support", "limits", "edges"}
    for panel in panels(avalo()).values():
        for series in panel.series:
            assert known(series.query(60)).unit == panel.unit
    with pytest.raises(NotFound, match=r"did you mean latency\?"):
        panel_of(avalo(), "latencies")


def test_every_metric_says_what_it_is() -> None:
    for metric in METRICS.values():
        assert metric.sentence.endswith(".")
        assert set(metric.labels) <= set(metric.kind.labels)


def test_a_panel_says_what_is_worst_and_how_often_its_objective_was_missed() -> None:
    lines = [Drawn("EU", {"region": "EU"}, [100, 450, 390]), Drawn("US", {"region": "US"}, [90, None, 95])]
    assert sentence(PANEL, lines) == (
        "Latency: 390 ms in EU at last; the objective of 400 ms was missed in 1 of 5 values"
    )
    assert sentence(PANEL, lines[1:]).endswith("the objective of 400 ms held throughout")
    assert sentence(PANEL, []) == "Latency: nothing was measured in this range"
    least = Panel("cdn", "CDN", "share", 30, "", (), 0.85, least=True)
    assert "was missed in 1 of 2" in sentence(least, [Drawn("EU", {}, [0.8, 0.9])])


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.0312, "share", "3.12 %"),
        (1.0, "share", "100 %"),
        (412.3, "ms", "412 ms"),
        (12345.0, "ms", "12.3 s"),
        (1234.5, "/s", "1,234 /s"),
        (0.123, "/s", "0.123 /s"),
        (5e9, "B", "5 GB"),
        (7.0, "count", "7"),
    ],
)
def test_values_are_shown_as_people_read_them(value: float, unit: str, said: str) -> None:
    assert shown(value, unit) == said  # type: ignore[arg-type]


def test_ranges_have_names_or_ends() -> None:
    assert span("", None, None, NOW) == (NOW - timedelta(hours=1), NOW)
    assert span("30d", None, None, NOW)[0] == NOW - timedelta(days=30)
    assert span("", NOW - timedelta(days=2), None, NOW) == (NOW - timedelta(days=2), NOW)
    for bad in (("1y", None, None), ("1h", NOW, None), ("", None, NOW), ("", NOW.replace(tzinfo=None), None)):
        with pytest.raises(InvalidInput):
            span(*bad, NOW)


@given(st.lists(st.none() | st.floats(0, 1e6), max_size=400), st.integers(1, 100))
def test_a_chart_is_as_wide_as_it_may_be_and_keeps_the_peak(values: list[float | None], wide: int) -> None:
    found = squeezed(values, wide)
    there = [value for value in values if value is not None]
    assert len(found) == min(wide, len(values))
    assert max((value for value in found if value is not None), default=None) == max(there, default=None)
    drawn = blocks(found, 0.0, max(there, default=0.0))
    assert len(drawn) == len(found)
    if there and max(there) > 0:
        assert LEVELS[-1] in drawn
