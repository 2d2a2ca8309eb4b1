"""Keeps history small: adds it up, drops what has been kept long enough, and what there is no room for.

The first two are routine and leave no trace in the journal. That history goes before its time does: an operator who misses
it must find out why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from meridian.core.decision import Decision, clip
from meridian.core.errors import Conflict
from meridian.telemetry.history.history import history_of
from meridian.telemetry.history.levels import WIDTHS
from meridian.telemetry.history.partitions import Part, parts
from meridian.telemetry.history.rolling import forget
from meridian.telemetry.history.settings import Retention
from meridian.telemetry.settings import Telemetry

if TYPE_CHECKING:
    from meridian.config.schema.root import Config
    from meridian.feature import Control

NAME = "telemetry.history"
MEGABYTE = 1_000_000
_CALLED = {10: "10 s", 60: "1 min", 300: "5 min", 3600: "1 h", 7200: "2 h"}


@dataclass(frozen=True, slots=True)
class Room:
    """What history takes. parts: every partition there is, the oldest first."""

    parts: Sequence[Part] = field(default_factory=tuple)

    @property
    def size(self) -> int:
        return sum(part.size for part in self.parts)


class RollupJudge:
    """Says what goes when history takes more room than it may. Without a state."""

    name = NAME

    def initial(self) -> None:
        return None

    def decide(
        self, policy: Config, state: None, observation: Room, now: datetime
    ) -> tuple[None, Sequence[Decision]]:
        allowed = retention_of(policy).megabytes * MEGABYTE
        ends = _shed(observation, allowed, int(now.timestamp()))
        return None, [_explain(observation, allowed, ends, now)] if ends else []

    def replay(self, policy: Config, evidence: Mapping[str, Any]) -> Sequence[Decision]:
        """Raises Conflict where the evidence cannot be read."""
        try:
            room = Room([Part(**part) for part in evidence["parts"]])
            now = datetime.fromisoformat(evidence["now"])
            ends = _shed(room, int(evidence["allowed"]), int(now.timestamp()))
            return [_explain(room, int(evidence["allowed"]), ends, now)] if ends else []
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Conflict(
                f"the evidence of this decision cannot be read ({type(error).__name__}: {error})",
                "another version of Meridian may have written it",
            ) from error


@dataclass(slots=True)
class Rollup(RollupJudge):
    """The judge with its I/O. Looking also does what is due by the clock, which nobody needs to decide."""

    control: Control
    interval: float = 10.0

    async def observe(self) -> Room:
        await history_of(self.control).cleanup(self.control.clock.now(), retention_of(self.control.config()))
        async with self.control.database.connection() as connection:
            return Room(await parts(connection))

    async def actuate(self, decision: Decision) -> None:
        history = history_of(self.control)
        await forget(
            history.database,
            history.words,
            {int(width): end for width, end in decision.action["drop_before"].items()},
        )


def retention_of(config: Config) -> Retention:
    try:
        return config.section(Telemetry).history
    except LookupError:
        return Retention()


def _shed(room: Room, allowed: int, now: int) -> dict[int, int]:
    """Width -> before when its windows go, so that the rest fits: the oldest partition of whichever width takes most room,
    again and again, but never the one of now, nor a coarser one's that a finer one still has."""
    left, ends = list(room.parts), dict[int, int]()
    while sum(part.size for part in left) > allowed:
        candidates = [part for part in (_oldest(left, width) for width in WIDTHS) if part]
        free = [part for part in candidates if part.end <= now and not _finer_older(left, part)]
        if not free:
            break
        going = max(free, key=lambda part: sum(each.size for each in left if each.width == part.width))
        left.remove(going)
        ends[going.width] = going.end
    return ends


def _oldest(parts: Sequence[Part], width: int) -> Part | None:
    return next((part for part in parts if part.width == width), None)


def _finer_older(parts: Sequence[Part], part: Part) -> bool:
    return any(each.width < part.width and each.begin < part.end for each in parts)


def _explain(room: Room, allowed: int, ends: Mapping[int, int], now: datetime) -> Decision:
    gone = ", ".join(
        f"{_CALLED[width]} before {datetime.fromtimestamp(end, UTC):%-d %b %H:%M}"
        for width, end in sorted(ends.items())
    )
    sentence = f"history takes {room.size / 1e6:,.0f} MB of {allowed / 1e6:,.0f}: windows go early: {gone}"
    return Decision(
        controller=NAME,
        kind="shed",
        subject="history",
        sentence=clip(sentence),
        evidence={
            "allowed": allowed,
            "now": now.isoformat(),
            "parts": [asdict(part) for part in room.parts],
        },
        action={"drop_before": {str(width): end for width, end in ends.items()}},
    )
