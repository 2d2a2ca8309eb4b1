"""Gives a location that was down its traffic back slowly: the gradual return, decided at the edge.

Envoy fails over by itself within milliseconds, and would go back as abruptly: the first healthy answer of a cold location
would bring it everything at once. So once a service's first location is down, this loop moves it to the end of the line, where
it is still health-checked, and when it is healthy again lets it share the first priority, from 5 % to all of it over the
service's `return_over`. If control or this loop dies midway, Envoy keeps the last division, and every location stays reachable.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

FIRST_SHARE = 5
"""Percent that a returning location starts with."""

GRACE = 30.0
"""Seconds that a location may take to be healthy for the first time before it counts as down: every check begins as failed, and
apps that are started together with the edge take a while. Envoy itself sends nothing there meanwhile."""
FORMER_GRACE = 5.0
"""Of turns in journals that do not say theirs."""

Phase = Literal["starting", "normal", "down", "returning"]


@dataclass(frozen=True, slots=True)
class Line:
    """One cluster as compiled. zones: its locations in the order in which they are tried. return_over: seconds; 0 where this edge
    does not divide its requests."""

    cluster: str
    zones: tuple[str, ...]
    return_over: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where the first location of a line stands. since: monotonic seconds at which the phase began."""

    phase: Phase
    since: float


@dataclass(frozen=True, slots=True)
class Turn:
    """A change of phase, and what it was judged by. healthy: zone -> healthy instances; total likewise.
    grace: seconds, see GRACE."""

    cluster: str
    zones: tuple[str, ...]
    before: Phase
    after: Phase
    elapsed: float
    return_over: float
    healthy: Mapping[str, int]
    total: Mapping[str, int]
    grace: float = FORMER_GRACE

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {
            "healthy": dict(self.healthy),
            "total": dict(self.total),
            "zones": list(self.zones),
        }


Counts = Mapping[str, tuple[int, int]]
"""Zone -> (healthy, all) instances."""


def advance(line: Line, place: Place, counts: Counts, monotonic: float) -> tuple[Place, Turn | None]:
    """The next phase of a line's first location. While nothing is known about it, it stays where it is."""
    if line.zones[0] not in counts:
        return (replace(place, since=monotonic) if place.phase == "starting" else place), None
    healthy, _ = counts[line.zones[0]]
    elapsed = monotonic - place.since
    return_over = (
        line.return_over if len(line.zones) > 1 else 0.0
    )  # with nowhere else to go there is nothing to give back
    after = _phase(place.phase, healthy > 0, elapsed, return_over, GRACE)
    if after == place.phase:
        return place, None
    following = replace(place, phase=after, since=monotonic)
    if place.phase == "starting" and after == "normal":
        return following, None
    turn = Turn(
        line.cluster,
        line.zones,
        place.phase,
        after,
        round(elapsed, 6),  # as finely as durations are written, so that a replay meets the same thresholds
        return_over,
        {zone: found for zone, (found, _) in counts.items()},
        {zone: every for zone, (_, every) in counts.items()},
        GRACE,
    )
    return following, turn


def _phase(before: Phase, up: bool, elapsed: float, return_over: float, grace: float) -> Phase:
    if not up:
        return "starting" if before == "starting" and elapsed < grace else "down"
    if before == "down" and return_over > 0:
        return "returning"
    if before == "returning" and elapsed < return_over:
        return "returning"
    return "normal"


def share(place: Place, return_over: float, monotonic: float) -> int:
    """Percent of the line's requests that a returning location gets now: from 5, linearly, to 100."""
    if return_over <= 0:
        return 100
    done = min(1.0, max(0.0, (monotonic - place.since) / return_over))
    return round(FIRST_SHARE + (100 - FIRST_SHARE) * done)


def division(line: Line, place: Place, monotonic: float) -> tuple[dict[str, int], ...] | None:
    """The line's priorities now, or None where they are as compiled."""
    first, *others = line.zones
    if not others or line.return_over <= 0:
        return None
    if place.phase == "down":
        return tuple({zone: 100} for zone in (*others, first))
    if place.phase == "returning":
        now = share(place, line.return_over, monotonic)
        if now < 100:
            return ({first: now, others[0]: 100 - now}, *({zone: 100} for zone in others[1:]))
    return None


def replayed(evidence: Mapping[str, Any]) -> list[Phase]:
    """Decides again from journalled evidence: the phase of each line after the turn."""
    turns: Sequence[Mapping[str, Any]] = evidence["turns"]
    return [
        _phase(
            turn["before"],
            turn["healthy"].get(turn["zones"][0], 1) > 0,
            turn["elapsed"],
            turn["return_over"],
            turn.get("grace", FORMER_GRACE),
        )
        for turn in turns
    ]
