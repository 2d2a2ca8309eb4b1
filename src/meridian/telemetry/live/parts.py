"""What other features put on the dashboard, by name: they give it here, so that telemetry need not know them."""

from collections.abc import Awaitable, Callable
from typing import Any

from meridian.feature import Control

Ask = Callable[[], Awaitable[Any]]
"""Gives JSON. May raise Unavailable."""


class Parts:
    def __init__(self) -> None:
        self._asks: dict[str, Ask] = {}

    def give(self, name: str, ask: Ask) -> None:
        self._asks[name] = ask

    async def ask(self, name: str, otherwise: Any) -> Any:
        """What the feature gives; `otherwise` where none gives it."""
        found = self._asks.get(name)
        return otherwise if found is None else await found()


def parts_of(control: Control) -> Parts:
    return control.shared(Parts, Parts)


def provide(control: Control, name: str, ask: Ask) -> None:
    """Puts something on the dashboard: "incidents" (those that are open), "degradation" (as GET /infrastructure/degradation).
    Call it where the feature's routes are made."""
    parts_of(control).give(name, ask)
