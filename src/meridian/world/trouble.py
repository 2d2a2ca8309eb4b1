"""The faults that a location of the sample app can be given, and the arithmetic of how they show."""

from dataclasses import dataclass, replace
from typing import Any

from meridian.core.errors import InvalidInput

LONGEST_SLOW = 600_000


@dataclass(frozen=True, slots=True)
class Trouble:
    """slow: milliseconds added to every answer. hang: connections are accepted and nothing is answered,
    health included. errors: share (0 to 1) of the app's answers that are 500; health stays well, as with a
    bad release."""

    slow: int = 0
    hang: bool = False
    errors: float = 0.0

    def changed(self, raw: dict[str, Any]) -> "Trouble":
        """With what `raw` names replaced. Raises InvalidInput for an unknown name or a value out of range."""
        unknown = sorted(set(raw) - {"slow", "hang", "errors"})
        if unknown:
            raise InvalidInput(f"{unknown[0]} is not a fault of the app", "use slow, hang or errors")
        changed = replace(self, **raw)
        if not 0 <= changed.slow <= LONGEST_SLOW:
            raise InvalidInput(f"slow is {changed.slow} ms", f"give 0 to {LONGEST_SLOW}")
        if not 0 <= changed.errors <= 1:
            raise InvalidInput(f"errors is {changed.errors}", "give a share from 0 to 1")
        return changed

    def to_json(self) -> dict[str, Any]:
        return {"slow": self.slow, "hang": self.hang, "errors": self.errors}


@dataclass(slots=True)
class ErrorShare:
    """Spreads a share evenly: after n requests, floor(n * share) were errors. No randomness, so a test is
    exact."""

    owed: float = 0.0

    def next_fails(self, share: float) -> bool:
        if share <= 0:
            self.owed = 0.0
            return False
        self.owed += share
        if self.owed < 1 - 1e-9:
            return False
        self.owed -= 1
        return True
