"""A login as the shields see it: who tries from where, and what they are told."""

from dataclasses import dataclass, field

from meridian.limits.settings import Shield
from meridian.limits.shield.book import Book
from meridian.limits.shield.guard import Change, Guard
from meridian.limits.shield.judge import Verdict, Who

SHIELD = Shield(action="login", failures=5, within="1h", block="1h")  # type: ignore[arg-type]
SHIELDS = {"login-guessing": SHIELD}
NOW = 1_900_000_000.0


def who(account: str = "a1", address: str = "198.51.100.1", device: str = "") -> list[Who]:
    pair = f"{account}.{device}" if device else ""
    return [Who("login-guessing", SHIELD, account, address, pair)]


@dataclass
class Door:
    """A guard without Redis, on a clock that the test moves. changes: what it said of blocks."""

    now: float = NOW
    book: Book = field(default_factory=Book)
    changes: list[Change] = field(default_factory=list)
    guard: Guard = field(init=False)
    _requests: int = 0

    def __post_init__(self) -> None:
        self.guard = Guard(self.book, changed=self.changes.append, now=lambda: self.now)

    def knock(self, everyone: list[Who], request: str = "") -> Verdict:
        """An attempt whose outcome is not known yet."""
        found: list[Verdict] = []
        self.guard.attempt(everyone, request, lambda verdict, id: found.append(verdict))
        return found[0]

    def login(self, everyone: list[Who], status: int = 401) -> Verdict:
        """An attempt, and the app's answer to it where it gets so far."""
        self._requests += 1
        verdict = self.knock(everyone, f"r{self._requests}")
        if not verdict.refused_by:
            self.guard.outcome(everyone, f"r{self._requests}", status)
        return verdict
