"""Taking traffic away from a location bit by bit, and giving it back: the share at any time, and the judge that tells. Pure.

A step is no decision: the share follows from what was asked and from the time. The judge only says when a drain has come a
quarter of its way, and when it is through.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from meridian.config.schema.root import Config
from meridian.core.decision import Decision, clip
from meridian.regions.replaying import deciding_again

QUARTERS = 4


@dataclass(frozen=True, slots=True)
class Drain:
    """From one share of a location's traffic taken away to another, in a straight line over `over` seconds.

    told: quarters of the way that the journal knows of."""

    location: str
    from_share: float
    to_share: float
    started_at: datetime
    over: float
    reason: str
    author: str
    told: int = 0

    @property
    def returning(self) -> bool:
        return self.to_share == 0.0

    def progress(self, now: datetime) -> float:
        """How far it has come, 0 to 1. A clock that was set back holds it at its start."""
        elapsed = max(0.0, (now - self.started_at).total_seconds())
        return 1.0 if elapsed >= self.over else elapsed / self.over

    def share(self, now: datetime) -> float:
        """The share of the location's traffic that is taken away now, in hundredths."""
        return round(self.from_share + (self.to_share - self.from_share) * self.progress(now), 2)


def shares(config: Config, drains: Iterable[Drain], now: datetime) -> Mapping[str, float]:
    """Location -> share taken away, where any is. Also by region, for regions that give up in all of their locations: that is
    how the other regions' edges know them."""
    found = {drain.location: drain.share(now) for drain in drains if drain.location in config.locations}
    for name, region in config.regions.items():
        if share := min(found.get(location, 0.0) for location in region.locations):
            found[name] = share
    return {name: share for name, share in sorted(found.items()) if share > 0.0}


def gone(drains: Iterable[Drain]) -> frozenset[str]:
    """The locations that are drained, or will be once their drain is through."""
    return frozenset(drain.location for drain in drains if drain.to_share >= 1.0)


class DrainJudge:
    name = "regions.drain"

    def initial(self) -> None:
        return None

    def decide(
        self, policy: Config, state: None, observation: Sequence[Drain], now: datetime
    ) -> tuple[None, Sequence[Decision]]:
        """At most one decision a drain: the last quarter it has come to."""
        found = [told(drain, int(drain.progress(now) * QUARTERS)) for drain in observation]
        return None, [decision for decision in found if decision]

    def replay(self, policy: Config, evidence: Mapping[str, Any]) -> Sequence[Decision]:
        """Of a quarter of the way. Raises Conflict for its beginning, which a person decided."""
        with deciding_again(evidence, "drain", "quarter"):
            decision = told(from_json(evidence["drain"]), evidence["quarter"])
        return [decision] if decision else []


def told(drain: Drain, quarter: int) -> Decision | None:
    """The decision for a quarter of the way that the journal does not know of yet. quarter: 0 to 4."""
    if quarter <= drain.told:
        return None
    done = quarter == QUARTERS
    share = drain.from_share + (drain.to_share - drain.from_share) * quarter / QUARTERS
    evidence = {"drain": as_json(drain), "quarter": quarter}
    common: dict[str, Any] = {"controller": DrainJudge.name, "subject": drain.location, "evidence": evidence}
    if drain.returning:
        kind, sentence = ("returned", f"{drain.location} has all of its traffic back after {drain.over:g} s")
        if not done:
            kind, sentence = (
                "return-step",
                f"{drain.location} is being returned: {1 - share:.0%} of its traffic is back",
            )
    elif done:
        kind, sentence = "drained", f"{drain.location} is drained after {drain.over:g} s: {drain.reason}"
    else:
        kind, sentence = (
            "drain-step",
            f"{drain.location} is being drained: {share:.0%} of its traffic is taken away",
        )
    return Decision(**common, kind=kind, sentence=clip(sentence), action={"do": "told", **evidence})


def as_json(drain: Drain) -> dict[str, Any]:
    return {
        "location": drain.location,
        "from_share": drain.from_share,
        "to_share": drain.to_share,
        "started_at": drain.started_at.isoformat(),
        "over": drain.over,
        "reason": drain.reason,
        "author": drain.author,
        "told": drain.told,
    }


def from_json(raw: Mapping[str, Any]) -> Drain:
    return Drain(**{**raw, "started_at": datetime.fromisoformat(raw["started_at"])})
