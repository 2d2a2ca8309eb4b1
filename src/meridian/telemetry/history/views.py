"""What is kept added up besides, so that a month's answer needs few numbers: kinds by fewer labels, as panels ask for them. Pure.

Views are made where windows come in and where they are added up.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from meridian.telemetry.cube import Where
from meridian.telemetry.kinds import Kind

FULL = 0
VIEWED = (10, 300, 3600, 7200)
"""Widths that have views: those in which panels show an hour, a day, a week and 30 days."""
ANSWERED = frozenset({"2xx", "3xx", "4xx", "5xx"})
"""Statuses whose latency says something of the app."""


@dataclass(frozen=True, slots=True)
class View:
    """labels: that it keeps. only: what it is made of: label -> its values, all of them together. part: the label by whose values
    it is stored apart, as questions want one of them; empty: it is stored as one. sketches: whether it has them."""

    labels: frozenset[str]
    only: Mapping[str, frozenset[str]] = field(default_factory=dict)
    part: str = ""
    sketches: bool = True

    def answers(self, by: Collection[str], where: Where, sketches: bool) -> bool:
        fixed = all(label in where and set(where[label]) == values for label, values in self.only.items())
        enough = {*by, *where} - self.only.keys() <= self.labels and not self.only.keys() & set(by)
        return fixed and enough and (self.sketches or not sketches)

    def keeps(self, kind: Kind) -> list[int]:
        return [kind.place(label) for label in self.labels]


_SERVED = {"status": ANSWERED}
VIEWS: Mapping[str, tuple[View, ...]] = {
    "traffic": (
        View(frozenset({"region"}), _SERVED),
        View(frozenset({"region", "location"}), _SERVED),
        View(frozenset({"service"}), _SERVED),
        View(frozenset({"region", "feature", "service"}), _SERVED, part="feature"),
        View(frozenset({"region", "status"}), sketches=False),
        View(frozenset({"region", "service", "status"}), sketches=False),
    ),
    "market": (View(frozenset({"region", "outcome"}), sketches=False),),
    "people": (
        View(frozenset({"who"}), part="who"),
        View(frozenset({"region", "who"}), part="who"),
    ),
}
"""Kind -> its views 1, 2, ...; the fewest cells first. To change them, add a migration that moves `telemetry_level.viewed_from`
beyond the windows that there are: those do not have the new ones."""


def views(kind: Kind) -> tuple[View, ...]:
    return VIEWS.get(kind.name, ())


def chosen(kind: Kind, width: int, by: Collection[str], where: Where, sketches: bool = True) -> int:
    """The number of the first view that answers this exactly; 0: all labels are needed."""
    if width not in VIEWED:
        return FULL
    found = (number for number, view in enumerate(views(kind), 1) if view.answers(by, where, sketches))
    return next(found, FULL)
