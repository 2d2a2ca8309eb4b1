"""A panel's lines over a range, and what they say in a sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from meridian.core.decision import clip
from meridian.telemetry.metrics.catalogue import METRICS, Unit
from meridian.telemetry.metrics.panels import Panel, Series
from meridian.telemetry.metrics.query import Group, Metrics, Query, Range


@dataclass(frozen=True, slots=True)
class Drawn:
    """One line. labels: of its group. values: one for each time; None where nothing was measured."""

    name: str
    labels: Mapping[str, str]
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Drawing:
    """step: seconds. times: when each step begins, in seconds since 1970."""

    panel: Panel
    step: int
    times: Sequence[int]
    lines: Sequence[Drawn]
    sentence: str


async def drawing(
    metrics: Metrics, panel: Panel, since: datetime, until: datetime, region: str = ""
) -> Drawing:
    """region: only this one; what cannot be told apart by region is shown as a whole. Raises InvalidInput and Unavailable."""
    lines: list[Drawn] = []
    times: Sequence[int] = ()
    step: int | None = None
    for series in panel.series:
        found = await metrics.range(_query(series, region), since, until, step)
        # The newest step of one may be over only when the next is asked for: all end where the shortest does.
        times = found.times if step is None else min(times, found.times, key=len)
        step = found.step
        lines += _drawn(series, found)
    lines = [replace(each, values=each.values[: len(times)]) for each in lines]
    return Drawing(panel, step or 1, times, lines, sentence(panel, lines))


def _query(series: Series, region: str) -> Query:
    return series.query(60.0, region if "region" in METRICS[series.metric].labels else "")


def _drawn(series: Series, found: Range) -> list[Drawn]:
    return [
        Drawn(name_of(series, each.group), labels_of(series, each.group), each.values) for each in found.lines
    ]


def name_of(series: Series, group: Group) -> str:
    return ", ".join(filter(None, group)) or series.name


def labels_of(series: Series, group: Group) -> Mapping[str, str]:
    return dict(zip(series.by, group, strict=True))


def sentence(panel: Panel, lines: Sequence[Drawn]) -> str:
    """What the last values say, and how often the objective was missed."""
    latest = [(value, each.name) for each in lines if (value := _last(each.values)) is not None]
    if not latest:
        return f"{panel.title}: nothing was measured in this range"
    worst, name = min(latest) if panel.least else max(latest)
    said = f"{panel.title}: {shown(worst, panel.unit)}{f' in {name}' if len(lines) > 1 else ''} at last"
    if panel.objective is None:
        return clip(said)
    values = [value for each in lines for value in each.values if value is not None]
    missed = sum(value < panel.objective if panel.least else value > panel.objective for value in values)
    bound = f"the objective of {shown(panel.objective, panel.unit)}"
    how = f"{bound} was missed in {missed} of {len(values)} values" if missed else f"{bound} held throughout"
    return clip(f"{said}; {how}")


def shown(value: float, unit: Unit) -> str:
    """A value as people read it: "412 ms", "3.1 %", "1,240 /s"."""
    match unit:
        case "share":
            return f"{value:.2%}".replace(".00%", "%").replace("%", " %")
        case "B" | "B/s":
            return _bytes(value, unit)
        case "ms" if value >= 10_000:
            return f"{value / 1000:.1f} s"
        case "count" | "amount":
            return _number(value)
    return f"{_number(value)} {unit}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == round(value) else f"{value:.3g}"


def _bytes(value: float, unit: str) -> str:
    for prefix in ("", "k", "M", "G"):
        if abs(value) < 1000:
            return f"{_number(value)} {prefix}{unit}"
        value /= 1000
    return f"{value:,.1f} T{unit}"


def _last(values: Sequence[float | None]) -> float | None:
    """The last that was measured, of the last few: what ended long ago is not what is."""
    return next((value for value in reversed(values[-5:]) if value is not None), None)
