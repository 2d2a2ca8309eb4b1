"""What all pictures over time share: the axis, the events with their numbers, the warm-up, and the seconds that do not
count."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from meridian.loadtest.report.axes import Linear, Tick, time_ticks
from meridian.loadtest.report.markup import Markup, el
from meridian.loadtest.report.numbers import clock
from meridian.loadtest.report.plot import Frame
from meridian.loadtest.results.summary import Summary

_APART = 0.055
"""Share of the width that two flags must be apart to stand side by side, also on a phone."""
_LEFT_OUT = frozenset({"phase"})


@dataclass(frozen=True, slots=True)
class Span:
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Flag:
    """One or more neighbouring events. at: of the first. kind: chaos, abort or decision, the gravest of them."""

    at: float
    label: str
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """end: seconds. ats: of the events."""

    end: float
    flags: tuple[Flag, ...]
    ats: tuple[tuple[float, str], ...]
    late: tuple[Span, ...]
    warm_up: tuple[Span, ...]

    def ticks(self, about: int = 10) -> list[Tick]:
        return time_ticks(self.end, clock, about)

    @property
    def scale(self) -> Linear:
        return Linear(0.0, self.end)

    def bands(self, frame: Frame) -> list[Markup]:
        """Behind the figures: what is not judged."""
        return [
            _band(frame, span, kind, title)
            for spans, kind, title in (
                (self.warm_up, "band-warm-up", "warm-up, not judged"),
                (self.late, "band-late", "the generator was late"),
            )
            for span in spans
        ]

    def marks(self, frame: Frame, flags: bool = False) -> list[Markup]:
        """Over the figures: a line for each event, and the numbers above."""
        lines = [
            el(
                "line",
                x1=frame.across(at),
                x2=frame.across(at),
                y1=-4 if flags else 0,
                y2=frame.height,
                class_=f"event event-{kind}",
            )
            for at, kind in self.ats
        ]
        return lines + [_flag(frame, flag) for flag in self.flags] if flags else lines


def timeline(summary: Summary) -> Timeline:
    """Of a summary."""
    series = summary["series"]
    step = series["step"] or 1
    at = series["at"]
    heat = summary["heatmap"]
    ends = [summary["duration"] or 0.0, (at[-1] + step) if at else 0.0]
    ends.append(heat["at"][-1] + heat["step"] if heat and heat["at"] else 0.0)
    end = max(*ends, 1.0)
    events = summary["events"]
    return Timeline(
        end,
        tuple(_flags(events, end)),
        tuple((event["at"], kind_of(event)) for event in events),
        tuple(_joined(summary["validity"]["late_seconds"])),
        tuple(Span(phase["from"], phase["to"]) for phase in summary["phases"] if phase["warm_up"]),
    )


def kind_of(event: Mapping[str, Any]) -> str:
    return event["by"] if event["by"] in ("chaos", "abort", "decision") else "decision"


def _flags(events: Sequence[Mapping[str, Any]], end: float) -> Iterable[Flag]:
    group: list[int] = []
    for index, event in enumerate(events):
        if group and (event["at"] - events[group[0]]["at"]) / end >= _APART:
            yield _grouped(events, group)
            group = []
        group.append(index)
    if group:
        yield _grouped(events, group)


def _grouped(events: Sequence[Mapping[str, Any]], group: Sequence[int]) -> Flag:
    kinds = {kind_of(events[index]) for index in group}
    kind = next(kind for kind in ("abort", "chaos", "decision") if kind in kinds)
    label = str(group[0] + 1) if len(group) == 1 else f"{group[0] + 1}–{group[-1] + 1}"
    title = "; ".join(f"{clock(events[index]['at'], 1)} {events[index]['sentence']}" for index in group[:6])
    return Flag(events[group[0]]["at"], label, kind, title)


def _joined(seconds: Iterable[float]) -> Iterable[Span]:
    start = end = None
    for second in sorted(seconds):
        if start is None or end is None or second > end + 0.01:
            if start is not None and end is not None:
                yield Span(start, end)
            start = second
        end = second + 1
    if start is not None and end is not None:
        yield Span(start, end)


def _band(frame: Frame, span: Span, kind: str, title: str) -> Markup:
    left, right = frame.x.place(span.start), frame.x.place(span.end)
    return el(
        "rect",
        el("title", f"{clock(span.start)} to {clock(span.end)}: {title}"),
        x=frame.across(span.start),
        y=0,
        width=f"{max(right - left, 0.002) * 100:.2f}%",
        height=frame.height,
        class_=f"band {kind}",
    )


def _flag(frame: Frame, flag: Flag) -> Markup:
    width = 10 + 6.5 * len(flag.label)
    inner = [
        el("title", flag.title),
        el("rect", x=-width / 2, y=-21, width=width, height=16, rx=8),
        el("text", flag.label, x=0, y=-9.5, text_anchor="middle"),
    ]
    return el("svg", inner, x=frame.across(flag.at), y=0, overflow="visible", class_=f"flag flag-{flag.kind}")
