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
    class_: str = "",
    folds: bool = True,
) -> Markup:
    """The first cell of a row names it. folds: each row becomes a card where the page is narrow. The roles say what the
    elements are anyway; without them a browser forgets it when they are laid out as cards."""
    head = el("tr", [_heading(column) for column in columns], role="row")
    body = [
        el(
            "tr",
            [
                _cell(place, column, cell)
                for place, (column, cell) in enumerate(zip(columns, row, strict=True))
            ],
            role="row",
        )
        for row in rows
    ]
    inner = el(
        "table",
        el("caption", caption),
        el("thead", head, role="rowgroup"),
        el("tbody", body, role="rowgroup"),
        role="table",
        class_=f"{'folds ' if folds else ''}{class_}".strip() or None,
    )
    return el("div", inner, class_="scroll")


def _heading(column: Column) -> Markup:
    return el("th", column.title, scope="col", role="columnheader", class_=column.class_)


def _cell(place: int, column: Column, content: Content) -> Markup:
    if place == 0:
        return el("th", content, scope="row", role="rowheader", class_=column.class_)
    return el("td", content, role="cell", class_=column.class_, data_label=column.title or None)


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
