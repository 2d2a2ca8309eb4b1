"""The frame of a picture: axes, grid, and a body that stretches with the page while its text and lines do not.

Places from left to right are percentages, and the body is an inner picture that is stretched, so one drawing serves a
phone, a desk and paper without a script. Places from top to bottom are pixels.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from meridian.loadtest.report.axes import Scale, Tick
from meridian.loadtest.report.markup import Content, Markup, el, figures, short

WIDTH = 1000
"""Of the stretched body, in units of its own."""


@dataclass(frozen=True, slots=True)
class Frame:
    """height: pixels of the body, without what is written around it."""

    height: int
    x: Scale
    y: Scale
    x_ticks: Sequence[Tick]
    y_ticks: Sequence[Tick]

    def across(self, value: float) -> str:
        """As a percentage of the width."""
        return f"{short(self.x.place(value) * 100)}%"

    def down(self, value: float) -> float:
        """Pixels from the top."""
        return round((1 - self.y.place(value)) * self.height, 1)

    def line(self, xs: Sequence[float], ys: Sequence[float | None]) -> str:
        """A path through what is known; it is broken where nothing is. A value between two unknown ones is a dot."""
        parts: list[str] = []
        pen_up = True
        for x, y in zip(xs, ys, strict=True):
            if y is None:
                pen_up = True
                continue
            place = f"{short(round(self.x.place(x) * WIDTH, 1))} {short(self.down(y))}"
            parts.append(f"M{place}h.01" if pen_up else f"L{place}")
            pen_up = False
        return "".join(parts)

    def area(self, xs: Sequence[float], ys: Sequence[float | None]) -> str:
        """What lies between the line and the low end, in closed parts."""
        parts: list[str] = []
        run: list[tuple[float, float]] = []
        for x, y in [*zip(xs, ys, strict=True), (0.0, None)]:
            if y is not None:
                run.append((round(self.x.place(x) * WIDTH, 1), self.down(y)))
                continue
            if run:
                points = "L".join(f"{short(px)} {short(py)}" for px, py in run)
                parts.append(f"M{short(run[0][0])} {self.height}L{points}V{self.height}Z")
                run = []
        return "".join(parts)

    def body(self, *content: Content) -> Markup:
        """The stretched part."""
        return el(
            "svg",
            *content,
            class_="body",
            width="100%",
            height=self.height,
            viewBox=f"0 0 {WIDTH} {self.height}",
            preserveAspectRatio="none",
        )


def picture(
    frame: Frame,
    *layers: Content,
    title: str,
    read: Any = None,
    below: str = "",
    beside: str = "",
    class_: str = "",
) -> Markup:
    """A plot. layers: what is drawn over the grid, in this order. title: what it shows, for those who do not see it.
    read: what the page's script shows under the pointer. below, beside: what the axes show."""
    grid = [
        el("line", x1="0", x2="100%", y1=frame.down(tick.value), y2=frame.down(tick.value), class_="grid")
        for tick in frame.y_ticks
    ]
    drawn = el(
        "svg",
        grid,
        layers,
        _labels_beside(frame),
        _labels_below(frame.x_ticks, frame),
        el("text", beside, x=6, y=13, class_="axis axis-name") if beside else None,
        el("text", below, x="100%", y=frame.height + 34, text_anchor="end", class_="axis axis-name")
        if below
        else None,
        role="img",
        aria_label=title,
        width="100%",
        height=frame.height,
        class_="drawing",
    )
    return el("div", drawn, figures(read) if read is not None else None, class_=f"plot {class_}".strip())


def _labels_beside(frame: Frame) -> Iterable[Markup]:
    return [
        el("text", tick.label, x=-8, y=frame.down(tick.value), dy=".32em", text_anchor="end", class_="axis")
        for tick in frame.y_ticks
        if not tick.minor
    ]


def _labels_below(ticks: Sequence[Tick], frame: Frame) -> Iterable[Markup]:
    return [
        el(
            "text",
            tick.label,
            x=frame.across(tick.value),
            y=frame.height + 17,
            text_anchor="middle",
            class_="axis minor" if tick.minor else "axis",
        )
        for tick in ticks
    ]


def legend(*entries: tuple[str, str], title: str = "") -> Markup:
    """entries: (class of the swatch, what it stands for)."""
    items = [el("li", el("i", class_=f"swatch {kind}", aria_hidden="true"), name) for kind, name in entries]
    return el("ul", el("li", title) if title else None, items, class_="legend")


def figure(name: str, title: str, sentence: Content, *content: Content, class_: str = "") -> Markup:
    """One picture with its title and what there is to see in it. name: its anchor. title: empty where the section's says it."""
    caption = el("figcaption", el("h3", title) if title else None, el("p", sentence))
    return el("figure", caption, content, id=name, class_=class_ or None)
