"""What is kept added up besides, so that a month's percentiles need few numbers: the traffic by fewer labels. Pure.

Only histograms need this. Views are made where windows are added up; those that arrived late are read in full.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from meridian.telemetry.cube import Where
from meridian.telemetry.kinds import Kind

FULL = 0
VIEWED = (300, 3600)
"""Widths that have views: finer ones are never read over days."""
ANSWERED = frozenset({"2xx", "3xx", "4xx", "5xx"})
"""Statuses whose latency says something of the app."""


@dataclass(frozen=True, slots=True)
class View:
    """labels: that it keeps. only: what it is made of: label -> its values, all of them together."""

    labels: frozenset[str]
    only: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def answers(self, by: Collection[str], where: Where) -> bool:
        fixed = all(label in where and set(where[label]) == values for label, values in self.only.items())
        return fixed and {*by, *where} - self.only.keys() <= self.labels and not self.only.keys() & set(by)

    def keeps(self, kind: Kind) -> list[int]:
        return [kind.place(label) for label in self.labels]


_SERVED = {"status": ANSWERED}
VIEWS: Mapping[str, tuple[View, ...]] = {
    "traffic": (
        View(frozenset({"region", "location"}), _SERVED),
        View(frozenset({"feature", "service"}), _SERVED),
        View(frozenset({"region", "feature", "service"}), _SERVED),
    )
}
"""Kind -> its views 1, 2, ...; the fewest cells first. To change them, add a migration that marks every window of
these widths, so that all of them have the same ones."""


def views(kind: Kind) -> tuple[View, ...]:
    return VIEWS.get(kind.name, ())


def chosen(kind: Kind, width: int, by: Collection[str], where: Where) -> int:
    """The number of the first view that answers this exactly; 0: all labels are needed."""
    if width not in VIEWED:
        return FULL
    return next((number for number, view in enumerate(views(kind), 1) if view.answers(by, where)), FULL)
