"""How often each exact limit let a request pass or not, between two lines of the log."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from meridian.envoy.snapshot import Json
from meridian.limits.exact.counters import Answer

_WHAT = ("admitted", "refused", "failed_open", "failed_closed", "unreadable")


@dataclass(slots=True)
class Counts:
    """Per policy: admitted and refused by the counters; failed_open: let through by this process's own counters while the shared
    ones were away; failed_closed: refused because they were; unreadable: attempts that a shield watches, of an account that
    could not be read."""

    policies: dict[str, dict[str, int]] = field(default_factory=dict)
    total: dict[str, dict[str, int]] = field(default_factory=dict)

    def note(self, names: Sequence[str], answer: Answer) -> None:
        """names: the limits of the request, in the order of the answer's standings."""
        if answer.closed:
            for name in names:
                self._add(name, "failed_closed")
        elif answer.admitted:
            for name in names:
                self._add(name, "failed_open" if answer.local else "admitted")
        else:
            for name, standing in zip(names, answer.standings, strict=True):
                if standing.retry > 0:
                    self._add(name, "refused")

    def refuse(self, shield: str) -> None:
        self._add(shield, "refused")

    def unreadable(self, shield: str) -> None:
        self._add(shield, "unreadable")

    def drained(self) -> Json:
        """What came together since the last call; empty when nothing did."""
        found: Json = dict(self.policies)
        self.policies = {}
        return found

    def _add(self, name: str, what: str) -> None:
        for table in (self.policies, self.total):
            row = table.get(name)
            if row is None:
                row = table[name] = dict.fromkeys(_WHAT, 0)
            row[what] += 1
