"""Events that wait to be sent: made where they happen, kept until control has them, bounded."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from pydantic import TypeAdapter, ValidationError

from meridian.core.errors import InvalidInput
from meridian.core.ids import new_id
from meridian.telemetry.events.batch import MOST, reason
from meridian.telemetry.events.types import Event

BUFFER = 50_000
"""Events that wait at most; the oldest give way."""
_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


@dataclass(frozen=True, slots=True)
class Told:
    """What became of the events so far. accepted, duplicates, refused: as control said. dropped: those that gave way in a
    full buffer. waiting: those still here. trouble: why the last try failed, or why one was
    refused; empty when all is well."""

    accepted: int = 0
    duplicates: int = 0
    refused: int = 0
    dropped: int = 0
    waiting: int = 0
    trouble: str = ""


def event(type: str, region: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON. `id` and `at` are made where they are not given. Raises InvalidInput for what control would refuse."""
    now = datetime.now(UTC)
    made = {"id": new_id(now), "at": now, "region": region, **fields, "type": type}
    made |= {name: _time(value) for name, value in made.items() if isinstance(value, datetime)}
    try:
        _EVENT.validate_python(made)
    except ValidationError as error:
        raise InvalidInput(
            f"this is no {type[:40]} event: {reason(error)}", "see docs/events.md for its fields"
        ) from None
    return made


def _time(value: datetime) -> str:
    return value.isoformat(timespec="milliseconds")


class Buffer:
    """What waits to be sent, the oldest first. Safe to use from several threads."""

    def __init__(self, most: int = BUFFER) -> None:
        if most < MOST:
            raise InvalidInput(f"a buffer of {most} events is too small", f"give at least {MOST}")
        self._most = most
        self._waiting: deque[dict[str, Any]] = deque()
        self._told = Told()
        self._lock = Lock()

    def put(self, event: dict[str, Any]) -> int:
        """Returns how many wait now."""
        with self._lock:
            if len(self._waiting) >= self._most:
                self._waiting.popleft()
                self._told = replace(self._told, dropped=self._told.dropped + 1)
            self._waiting.append(event)
            return len(self._waiting)

    def batch(self) -> list[dict[str, Any]]:
        """The next to be sent. They stay here until `done`."""
        with self._lock:
            return [each for each, _ in zip(self._waiting, range(MOST), strict=False)]

    def done(
        self, batch: Sequence[Mapping[str, Any]], accepted: int = 0, duplicates: int = 0, refused: int = 0
    ) -> None:
        """Forgets a batch. What gave way meanwhile is not there any more, and what came is left alone."""
        ids = {each["id"] for each in batch}
        with self._lock:
            while self._waiting and self._waiting[0]["id"] in ids:
                self._waiting.popleft()
            self._told = replace(
                self._told,
                accepted=self._told.accepted + accepted,
                duplicates=self._told.duplicates + duplicates,
                refused=self._told.refused + refused,
            )

    def trouble(self, sentence: str) -> None:
        with self._lock:
            self._told = replace(self._told, trouble=sentence)

    def told(self) -> Told:
        with self._lock:
            return replace(self._told, waiting=len(self._waiting))
