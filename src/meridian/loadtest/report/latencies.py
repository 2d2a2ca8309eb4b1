"""Pictures over time: the rate that was asked for and the one that came, errors, and percentiles on a logarithmic axis."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from meridian.loadtest.report.axes import linear, log, thinned
from meridian.loadtest.report.markup import Markup, el
from meridian.loadtest.report.numbers import clock, ms, rate, share
from meridian.loadtest.report.plot import Frame, figure, legend, picture
from meridian.loadtest.report.tables import nothing
from meridian.loadtest.report.timeline import Timeline
from meridian.loadtest.results.summary import Summary

POINTS = 900
"""Drawn at most per line; what is longer is folded: rates to their mean, latencies to their worst."""
_PERCENTILES: tuple[tuple[Literal["max", "p99", "p95", "p50"], str], ...] = (
    ("max", "slowest"),
    ("p99", "p99"),
    ("p95", "p95"),
    ("p50", "median"),
)
_RATES: tuple[Literal["asked", "achieved"], ...] = ("asked", "achieved")
Values = list[float | None]


def rates(summary: Summary, time: Timeline) -> Markup:
    series = summary["series"]
    at, asked, achieved = _times(series), _mean(series["asked"]), _mean(series["achieved"])
    errors, xs = _mean(series["errors"]), _middles(at, time)
    sentence = (
        f"Asked for {rate(summary['asked']['rate'])} and achieved {rate(summary['achieved']['rate'])} on the whole. "
        "Where the line leaves the area, requests waited."
    )
    if not at:
        return figure("rate", "Rate", "Requests asked for and achieved.", nothing("No second was measured."))
    upper = Frame(190, time.scale, (y := linear([*asked, *achieved])), (), y.ticks(rate))
    lower = Frame(64, time.scale, (e := linear(errors, 0.01)), time.ticks(), e.ticks(share, 2))
    drawn = picture(
        upper,
        time.bands(upper),
        upper.body(
            el("path", d=upper.area(xs, achieved), class_="area achieved"),
            el("path", d=upper.line(xs, achieved), class_="line achieved"),
            el("path", d=upper.line(xs, asked), class_="line asked"),
        ),
        time.marks(upper, flags=True),
        title="Requests a second over time, asked for and achieved.",
        read=reading(
            time, at, {"asked": (asked, "/s"), "achieved": (achieved, "/s"), "errors": (errors, "%")}
        ),
        beside="requests a second",
        class_="flagged",
    )
    failed = picture(
        lower,
        time.bands(lower),
        lower.body(
            el("path", d=lower.area(xs, errors), class_="area errors"),
            el("path", d=lower.line(xs, errors), class_="line errors"),
        ),
        time.marks(lower),
        title="Share of failed requests over time.",
        read=reading(time, at, {"errors": (errors, "%")}),
        beside="errors",
    )
    key = legend(
        ("swatch-dash asked", "asked for"), ("achieved", "achieved"), ("errors", "errors"), *of_bands(time)
    )
    return figure("rate", "Rate and errors", sentence, key, drawn, failed)


def percentiles(summary: Summary, time: Timeline) -> Markup:
    series, latency = summary["series"], summary["latency"]
    at = _times(series)
    xs = _middles(at, time)
    lines = {name: _worst(series[name]) for name, _ in _PERCENTILES}
    sentence = (
        f"Half of the requests took less than {ms(latency['p50'])}, 95 % less than {ms(latency['p95'])}, "
        f"99 % less than {ms(latency['p99'])}; the slowest {ms(latency['max'])}."
    )
    if not any(value is not None for values in lines.values() for value in values):
        return figure("latency", "Latency", "How long answers took.", nothing("No answer was measured."))
    y = log(value for values in lines.values() for value in values)
    frame = Frame(260, time.scale, y, time.ticks(), y.ticks(ms, 260))
    drawn = picture(
        frame,
        time.bands(frame),
        frame.body(
            [el("path", d=frame.line(xs, lines[name]), class_=f"line {name}") for name, _ in _PERCENTILES]
        ),
        time.marks(frame, flags=True),
        title="Latency over time on a logarithmic axis: median, p95, p99 and the slowest.",
        read=reading(time, at, {word: (lines[name], "ms") for name, word in _PERCENTILES}),
        class_="flagged",
    )
    key = legend(*((name, word) for name, word in reversed(_PERCENTILES)), *of_bands(time))
    return figure("latency", "Latency over time", sentence, key, drawn)


def by_region(summary: Summary, time: Timeline) -> Markup | None:
    """A small picture of each region's p95, all on one axis."""
    regions = summary["series"]["by_region"]
    at = _times(summary["series"])
    xs = _middles(at, time)
    found = {name: _worst(values["p95"]) for name, values in regions.items()}
    if len(found) < 2 or not any(value is not None for values in found.values() for value in values):
        return None
    y = log(value for values in found.values() for value in values)
    frame = Frame(90, time.scale, y, time.ticks(5), y.ticks(ms, 90))
    drawn = [
        el(
            "div",
            el("h4", name),
            picture(
                frame,
                time.bands(frame),
                frame.body(el("path", d=frame.line(xs, values), class_="line p95")),
                time.marks(frame),
                title=f"p95 of users of {name} over time.",
                read=reading(
                    time, at, {"p95": (values, "ms"), "rate": (_mean(regions[name]["achieved"]), "/s")}
                ),
            ),
        )
        for name, values in found.items()
    ]
    sentence = "p95 of the users of each region on one logarithmic axis. A region that others took over for shows a step."
    return figure("regions-over-time", "Latency by region", sentence, el("div", drawn, class_="multiples"))


def reading(
    time: Timeline, at: Sequence[float], lines: Mapping[str, tuple[Sequence[float | None], str]]
) -> Any:
    """What the script shows under the pointer. Times in seconds; each line with its unit."""
    return {
        "end": round(time.end, 3),
        "at": [round(each, 3) for each in at],
        "lines": [
            {"name": name, "unit": unit, "values": [_rounded(value) for value in values]}
            for name, (values, unit) in lines.items()
        ],
    }


def of_bands(time: Timeline) -> list[tuple[str, str]]:
    """Entries of legends."""
    entries = (("band-warm-up", "warm-up", time.warm_up), ("band-late", "generator late", time.late))
    return [(kind, word) for kind, word, spans in entries if spans]


def over_time(summary: Summary, rows: int = 24) -> list[list[str]]:
    """The pictures' values as rows: from, asked, achieved, errors, p50, p95, p99, max. Rates are means, latencies the worst."""
    series = summary["series"]
    starts = [clock(at) for at in thinned(series["at"], rows, min)]
    per_second = [[rate(value) for value in thinned(series[name], rows, _average)] for name in _RATES]
    errors = [share(value) for value in thinned(series["errors"], rows, _average)]
    worst = [[ms(value) for value in thinned(series[name], rows, max)] for name, _ in reversed(_PERCENTILES)]
    return [list(row) for row in zip(starts, *per_second, errors, *worst, strict=True)]


def _times(series: Mapping[str, Any]) -> list[float]:
    return [value for value in thinned(series["at"], POINTS, min) if value is not None]


def _middles(at: Sequence[float], time: Timeline) -> list[float]:
    """Where each value is drawn: amid the seconds it stands for, as the cells of the heatmap are."""
    ends = [*at[1:], min(time.end, at[-1] + (at[-1] - at[-2]))] if len(at) > 1 else [time.end] * len(at)
    return [(start + end) / 2 for start, end in zip(at, ends, strict=True)]


def _mean(values: Sequence[float | None]) -> Values:
    return thinned(values, POINTS, _average)


def _worst(values: Sequence[float | None]) -> Values:
    return thinned(values, POINTS, max)


def _average(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
