"""What the processes used, and whether any of them kept growing."""

from collections.abc import Callable, Sequence

from meridian.loadtest.report.axes import linear, thinned
from meridian.loadtest.report.latencies import POINTS, reading
from meridian.loadtest.report.markup import Content, Markup, el
from meridian.loadtest.report.numbers import digits, size
from meridian.loadtest.report.plot import Frame, figure, legend, picture
from meridian.loadtest.report.tables import Column, nothing, table
from meridian.loadtest.report.timeline import Timeline
from meridian.loadtest.results.summary import Summary

DRAWN = 8
"""Processes that have a line; the others are in the table."""
_MIB = 2**20
_LEAKS = (
    Column("Process"),
    Column("Growth an hour", number=True),
    Column("Verdict"),
    Column("Why", wide=True),
)
_USED = (
    Column("Process"),
    Column("CPU, mean", number=True),
    Column("CPU, highest", number=True),
    Column("Memory at first", number=True),
    Column("Memory at last", number=True),
    Column("Memory, highest", number=True),
)
Lines = Sequence[tuple[str, list[float | None]]]


def resources(summary: Summary, time: Timeline) -> Markup:
    found = summary["resources"]
    title, lead = "", "What each process used: cores of CPU, and memory that was resident."
    if not found["at"] or not found["processes"]:
        return figure("resources", title, lead, nothing("No process was watched."), _leaks(summary))
    at = [value for value in thinned(found["at"], POINTS, min) if value is not None]
    busiest = sorted(found["processes"], key=lambda process: -_mean(process["cpu"]))
    shown = busiest[:DRAWN]
    cpu = [(process["name"], thinned(process["cpu"], POINTS, _average)) for process in shown]
    rss = [
        (
            process["name"],
            [None if value is None else value / _MIB for value in thinned(process["rss"], POINTS, max)],
        )
        for process in shown
    ]
    key = legend(*((f"series-{place + 1}", name) for place, (name, _) in enumerate(cpu)))
    rows = [
        (
            process["name"],
            digits(_mean(process["cpu"])),
            digits(max(_known(process["cpu"]), default=0.0)),
            *(size(value) for value in _ends(process["rss"])),
            size(max(_known(process["rss"]), default=None)),
        )
        for process in busiest
    ]
    return figure(
        "resources",
        title,
        lead,
        key,
        el(
            "div",
            _plot(time, at, cpu, "CPU in cores over time, process by process.", "cores", digits),
            _plot(time, at, rss, "Resident memory in MiB over time, process by process.", "MiB", digits),
            class_="pair",
        ),
        table("CPU in cores, and resident memory", _USED, rows, folds=False),
        _leaks(summary),
    )


def _plot(
    time: Timeline, at: list[float], lines: Lines, title: str, unit: str, label: Callable[[float], str]
) -> Markup:
    y = linear((value for _, values in lines for value in values), 0.1)
    frame = Frame(200, time.scale, y, time.ticks(5), y.ticks(label))
    return picture(
        frame,
        time.bands(frame),
        frame.body(
            [
                el("path", d=frame.line(at, values), class_=f"line series-{place + 1}")
                for place, (_, values) in enumerate(lines)
            ]
        ),
        time.marks(frame),
        title=title,
        read=reading(time, at, {name: (values, unit) for name, values in lines}),
        beside=unit,
    )


def _leaks(summary: Summary) -> Content:
    if not summary["leaks"]:
        return None
    rows = [
        (
            leak["name"],
            ("+" if leak["per_hour_bytes"] > 0 else "") + size(leak["per_hour_bytes"]),
            el("span", "✕ leaking", class_="mark bad")
            if leak["leaking"]
            else el("span", "✓ steady", class_="mark ok"),
            leak["sentence"],
        )
        for leak in summary["leaks"]
    ]
    return table("Does memory keep growing?", _LEAKS, rows)


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _ends(values: Sequence[float | None]) -> tuple[float | None, float | None]:
    known = _known(values)
    return (known[0], known[-1]) if known else (None, None)


def _mean(values: Sequence[float | None]) -> float:
    known = _known(values)
    return sum(known) / len(known) if known else 0.0


def _average(values: Sequence[float]) -> float:
    return sum(values) / len(values)
