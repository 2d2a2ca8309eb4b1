"""The capacity curve: what a rate that is asked for brings, and the rate from which on more brings no more."""

from meridian.loadtest.report.axes import Linear, linear, log
from meridian.loadtest.report.markup import Content, Markup, el
from meridian.loadtest.report.numbers import digits, ms, rate, share
from meridian.loadtest.report.plot import Frame, figure, legend, picture
from meridian.loadtest.report.tables import Column, table
from meridian.loadtest.results.summary import Capacity, Summary

_COLUMNS = (
    Column("Asked for", number=True),
    Column("Achieved", number=True),
    Column("Errors", number=True),
    Column("Median", number=True),
    Column("p95", number=True),
    Column("p99", number=True),
)


def capacity(summary: Summary) -> Markup | None:
    """None where the scenario was not made to find it."""
    found = summary["capacity"]
    if not found or not found["points"]:
        return None
    return figure(
        "capacity",
        "",
        found["sentence"],
        legend(
            ("swatch-dash asked", "all that is asked for"),
            ("achieved", "achieved"),
            ("p95", "p95"),
            ("p99", "p99"),
            ("knee", "knee"),
        ),
        el("div", _throughput(found), _latency(found), class_="pair"),
        _table(found),
    )


def _throughput(found: Capacity) -> Markup:
    points = found["points"]
    xs, ys = [point["rate"] for point in points], [point["achieved"] for point in points]
    x, y = linear(xs), linear([*xs, *ys])
    frame = Frame(230, x, y, x.ticks(digits, 6), y.ticks(digits))
    ideal = [0.0, max(xs)]
    return picture(
        frame,
        frame.body(
            el("path", d=frame.line(ideal, ideal), class_="line asked"),
            el("path", d=frame.line(xs, ys), class_="line achieved"),
        ),
        _knee(found, frame),
        _dots(frame, xs, ys, "achieved"),
        title="Requests a second achieved, against those asked for.",
        beside="achieved, requests/s",
        below="asked for, requests/s",
    )


def _latency(found: Capacity) -> Markup:
    points = found["points"]
    xs = [point["rate"] for point in points]
    high, higher = [point["p95"] for point in points], [point["p99"] for point in points]
    x, y = linear(xs), log([*high, *higher])
    frame = Frame(230, x, y, x.ticks(digits, 6), y.ticks(ms, 230))
    return picture(
        frame,
        frame.body(
            el("path", d=frame.line(xs, higher), class_="line p99"),
            el("path", d=frame.line(xs, high), class_="line p95"),
        ),
        _knee(found, frame),
        _dots(frame, xs, higher, "p99"),
        _dots(frame, xs, high, "p95"),
        title="p95 and p99 on a logarithmic axis, against the rate asked for.",
        beside="p95 and p99",
        below="asked for, requests/s",
    )


def _knee(found: Capacity, frame: Frame) -> Content:
    if found["knee_rate"] is None:
        return None
    place = frame.across(found["knee_rate"])
    late = isinstance(frame.x, Linear) and frame.x.place(found["knee_rate"]) > 0.6
    return [
        el("line", x1=place, x2=place, y1=0, y2=frame.height, class_="line knee"),
        el(
            "text",
            f"knee {rate(found['knee_rate'])}",
            x=place,
            dx=-6 if late else 6,
            y=frame.height - 8,
            text_anchor="end" if late else "start",
            class_="axis knee-name",
        ),
    ]


def _dots(frame: Frame, xs: list[float], ys: list[float] | list[float | None], kind: str) -> list[Markup]:
    return [
        el("circle", cx=frame.across(x), cy=frame.down(y), r=3.5, class_=f"dot {kind}")
        for x, y in zip(xs, ys, strict=True)
        if y is not None
    ]


def _table(found: Capacity) -> Markup:
    rows = [
        (
            rate(point["rate"]),
            rate(point["achieved"]),
            share(point["errors"]),
            ms(point["p50"]),
            ms(point["p95"]),
            ms(point["p99"]),
        )
        for point in found["points"]
    ]
    return table("Each rate, and what came of it", _COLUMNS, rows, folds=False)
