"""The way to a shared store, as the line sees it: connect, send several commands at once, get their answers in order.

What speaks to Redis (`redis_wire.py`) is imported only where there is one: it takes half of a process's start.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Command = tuple[str | bytes | int, ...]
Reply = Any
"""What the store answered: bytes, an integer, a list of them, None, or a Refusal."""


class Away(Exception):
    """The store does not answer as it should; `str()` says how."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The store will not do this command. unknown_script: because it does not know the script, which can be sent again."""

    what: str
    unknown_script: bool = False


class Wire(Protocol):
    """One attempt: after a failure it is closed, and another is made."""

    @property
    def ended(self) -> bool:
        """Whether the store has closed the connection, as far as is known without asking it."""

    async def connect(self) -> None:
        """Raises Away."""

    async def exchange(self, commands: Sequence[Command]) -> list[Reply]:
        """One answer for each command. Raises Away."""

    async def close(self) -> None:
        """Whatever is under way is given up. Raises nothing."""
