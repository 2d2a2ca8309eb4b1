"""What is kept added up besides, so that a month's percentiles need few numbers: the traffic by fewer labels. Pure.

Only histograms need this. Views are made where windows are added up; those that arrived late are read in full.
"""

from collections.abc import Collection

from meridian.telemetry.kinds import Kind

FULL = 0
VIEWED = (300, 3600)
"""Widths that have views: finer ones are never read over weeks."""

VIEWS: dict[str, tuple[tuple[str, ...], ...]] = {
    "traffic": (
        ("region", "location", "status"),
        ("feature", "service", "status"),
        ("region", "feature", "service"),
    )
}
"""Kind -> the labels of its view 1, 2, ...; the fewest cells first. To change them, add a migration that marks every window of
these widths, so that all of them have the same ones."""


def views(kind: Kind) -> tuple[tuple[str, ...], ...]:
    return VIEWS.get(kind.name, ())


def places(kind: Kind, view: int) -> list[int]:
    return [kind.place(label) for label in views(kind)[view - 1]]


def chosen(kind: Kind, width: int, labels: Collection[str]) -> int:
    """The first view that has these labels; 0: all labels are needed."""
    if width not in VIEWED:
        return FULL
    fit = (number for number, has in enumerate(views(kind), 1) if set(labels) <= set(has))
    return next(fit, FULL)
