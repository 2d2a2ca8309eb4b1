"""The latency heatmap: time to the right, latency upwards on a logarithmic axis, and how many requests as colour.

It shows what percentiles hide: two humps where there are two paths, a stripe where everything stood still for a moment,
and the few that were slow while the median was not. Colours are those of viridis, in nine steps whose counts grow by the
same factor, so that one slow request is seen as well as a thousand quick ones.
"""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from meridian.loadtest.report.axes import Log
from meridian.loadtest.report.markup import Markup, el, short
from meridian.loadtest.report.numbers import count, ms
from meridian.loadtest.report.plot import WIDTH, Frame, figure, legend, picture
from meridian.loadtest.report.tables import nothing
from meridian.loadtest.report.timeline import Timeline
from meridian.loadtest.results.summary import Summary

SHADES = 9
COLUMNS, ROWS = 300, 44
"""Cells drawn at most; finer counts are added up."""
HEIGHT = 300


@dataclass(frozen=True, slots=True)
class Cells:
    """at: where each column begins, seconds; its end is the next one's, or `end`. edges: milliseconds, one more than
    there are rows. counts: per column, per row upwards."""

    at: tuple[float, ...]
    end: float
    edges: tuple[float, ...]
    counts: tuple[tuple[int, ...], ...]

    @property
    def most(self) -> int:
        return max((each for column in self.counts for each in column), default=0)

    @property
    def total(self) -> int:
        return sum(sum(column) for column in self.counts)


def cells(heat: Mapping[str, Any]) -> Cells | None:
    """Of a summary's heatmap, cut to the latencies that occurred, coarse enough to be seen. None where nothing was measured."""
    bounds, counts, at = heat["bounds_ms"], heat["counts"], heat["at"]
    used = [row for row in range(len(bounds)) if any(column[row] for column in counts)]
    if not used:
        return None
    first, last = used[0], used[-1]
    tall = math.ceil((last - first + 1) / ROWS)
    wide = math.ceil(len(at) / COLUMNS)
    starts = list(range(first, last + 1, tall))
    below = (
        bounds[first - 1]
        if first
        else bounds[0] * bounds[0] / bounds[1]
        if len(bounds) > 1
        else bounds[0] / 2
    )
    edges = (below, *(bounds[min(start + tall, last + 1) - 1] for start in starts))
    added = tuple(
        tuple(
            sum(sum(column[row : min(row + tall, last + 1)]) for column in counts[left : left + wide])
            for row in starts
        )
        for left in range(0, len(at), wide)
    )
    return Cells(tuple(at[::wide]), at[-1] + heat["step"], edges, added)


def shade(number: int, most: int) -> int:
    """The step of colour, 0 to 8, of a count from 1 to `most`: the same factor from each to the next."""
    if most <= SHADES:
        return round((number - 1) / max(most - 1, 1) * (SHADES - 1))
    return min(SHADES - 1, int(math.log(number) / math.log(most + 1) * SHADES))


def heatmap(summary: Summary, time: Timeline) -> Markup:
    found = cells(summary["heatmap"])
    if found is None:
        return figure(
            "heatmap",
            "Latency heatmap",
            "How many requests took how long, when.",
            nothing("No answer was measured."),
        )
    y = Log(found.edges[0], found.edges[-1])
    frame = Frame(HEIGHT, time.scale, y, time.ticks(), y.ticks(ms, HEIGHT))
    sentence = (
        f"{count(found.total)} requests by the time they were due and the time they took. "
        f"The fullest cell has {count(found.most)}; a cell with a single request is drawn too."
    )
    drawn = picture(
        frame,
        el("rect", width="100%", height=HEIGHT, class_="ground"),
        frame.body(_paths(found, frame)),
        time.bands(frame),
        time.marks(frame, flags=True),
        title="Latency heatmap: requests by the time they were due, and by latency on a logarithmic axis.",
        read={
            "end": round(time.end, 3),
            "at": [round(each, 3) for each in found.at],
            "until": round(found.end, 3),
            "edges": [float(f"{edge:.4g}") for edge in found.edges],
            "counts": found.counts,
        },
        class_="flagged heat",
    )
    return figure("heatmap", "Latency heatmap", sentence, _key(found.most, time), drawn)


def _paths(found: Cells, frame: Frame) -> list[Markup]:
    """One path for each colour: thousands of cells stay a few kilobytes."""
    ends = (*found.at[1:], found.end)
    across = [
        (round(frame.x.place(a) * WIDTH, 1), round(frame.x.place(b) * WIDTH, 1))
        for a, b in zip(found.at, ends, strict=True)
    ]
    heights = [round((1 - frame.y.place(edge)) * frame.height, 1) for edge in found.edges]
    drawn: list[list[str]] = [[] for _ in range(SHADES)]
    most = found.most
    for (left, right), column in zip(across, found.counts, strict=True):
        for row, number in enumerate(column):
            if number:
                low, high = heights[row], heights[row + 1]
                drawn[shade(number, most)].append(
                    f"M{short(left)} {short(high)}H{short(right)}V{short(low)}H{short(left)}Z"
                )
    return [
        el("path", d="".join(parts), class_=f"cell heat-{step}") for step, parts in enumerate(drawn) if parts
    ]


def ranges(most: int) -> Sequence[tuple[int, int, int]]:
    """(step, least count, greatest count) of each colour that can occur."""
    found: list[tuple[int, int, int]] = []
    low = 1
    while low <= most:
        step = shade(low, most)
        high = bisect_right(range(most + 1), step, lo=low, key=lambda number: shade(number, most)) - 1
        found.append((step, low, high))
        low = high + 1
    return found


def _key(most: int, time: Timeline) -> Markup:
    entries = [
        (f"heat-{step}", count(low) if low == high else f"{count(low)}–{count(high)}")
        for step, low, high in ranges(most)
    ]
    marks = [("band-late", "generator late")] if time.late else []
    return legend(*entries, *marks, title="requests in a cell:")
