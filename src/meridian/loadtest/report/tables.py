"""Tables: each with a caption, and in a frame that scrolls by itself where a phone is narrower than it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from meridian.loadtest.report.markup import Content, Markup, el


@dataclass(frozen=True, slots=True)
class Column:
    """number: set to the right, in figures of one width."""

    title: str
    number: bool = False
    wide: bool = False

    @property
    def class_(self) -> str | None:
        names = [name for name, on in (("num", self.number), ("wide", self.wide)) if on]
        return " ".join(names) or None


def table(
    caption: Content,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Content]],
    *,
    class_: str | None = None,
) -> Markup:
    """The first cell of a row names it."""
    head = el("tr", [el("th", column.title, scope="col", class_=column.class_) for column in columns])
    body = [
        el(
            "tr",
            [
                el(
                    "td" if place else "th",
                    cell,
                    class_=column.class_,
                    scope=None if place else "row",
                )
                for place, (column, cell) in enumerate(zip(columns, row, strict=True))
            ],
        )
        for row in rows
    ]
    inner = el("table", el("caption", caption), el("thead", head), el("tbody", body), class_=class_)
    return el("div", inner, class_="scroll")


def nothing(sentence: str) -> Markup:
    """What stands where there is nothing to show, and why."""
    return el("p", sentence, class_="nothing")


def mark(held: bool | None) -> Markup:
    """Told by shape and word, not by colour alone."""
    if held is None:
        return el("span", "– not judged", class_="mark idle")
    return el("span", "✓ held" if held else "✕ not held", class_="mark ok" if held else "mark bad")


def section(name: str, title: str, *content: Content, lead: Content = None) -> Markup:
    """A part of the page. name: its anchor."""
    heading = el("h2", title, id=f"{name}-title")
    return el(
        "section",
        heading,
        el("p", lead, class_="lead") if lead else None,
        content,
        id=name,
        aria_labelledby=f"{name}-title",
    )
