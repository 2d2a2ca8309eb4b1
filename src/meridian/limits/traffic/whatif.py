"""What the last hour's traffic says about changed limits: whom they would have refused, then and now."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from meridian.config.change import Replay
from meridian.config.schema.root import Config
from meridian.limits.applies import section
from meridian.limits.settings import Limits
from meridian.limits.traffic.replay import Recorded, Refusals, recorded, replay
from meridian.limits.traffic.store import HOUR, Traffic

if TYPE_CHECKING:
    from meridian.feature import Control

NAMED = 5
"""Countries that the sentence names; all of them are in the evidence."""


async def what_if(control: Control, before: Config, after: Config) -> Sequence[Replay]:
    """For each limit that changed, or refuses others than before. Raises Unavailable while PostgreSQL is away."""
    old, new = section(before), section(after)
    if _same(old, new):
        return ()
    samples = await Traffic(control.database).samples(control.clock.now() - HOUR)
    # Seconds of work for a busy hour: beside the requests that control answers meanwhile.
    return await asyncio.to_thread(compared, samples, old, new)


def compared(samples: Sequence[tuple[str, Any]], old: Limits, new: Limits) -> list[Replay]:
    """samples: region and sample of an edge. Pure."""
    traffic = [
        recorded(region, (sample for place, sample in samples if place == region))
        for region in sorted({region for region, _ in samples})
    ]
    if not any(each.events for each in traffic):
        return [Replay("limits", "no traffic was recorded in the last hour, so none could be replayed")]
    was, becomes = _replayed(traffic, old), _replayed(traffic, new)
    names = [name for name in {**new.policies, **old.policies} if _differs(name, old, new, was, becomes)]
    return [_said(name, traffic, was.get(name, Tally()), becomes.get(name, Tally())) for name in names]


@dataclass(slots=True)
class Tally:
    """Estimates for all users, from those in the samples. error: of users, at 95 %; 0 where all were in them, or all
    who were refused were active."""

    users: int = 0
    requests: int = 0
    variance: float = 0.0
    countries: Counter[str] = field(default_factory=Counter)
    tiers: Counter[str] = field(default_factory=Counter)

    @property
    def error(self) -> int:
        return math.ceil(1.96 * math.sqrt(self.variance))

    def add(self, refusals: Refusals, traffic: Recorded) -> None:
        self.requests += sum(count * weight for weight, count in refusals.requests.items())
        for who, (country, tier) in refusals.users.items():
            weight = traffic.weight_of(who)
            self.users += weight
            # Each user of the share was chosen with the chance 1/weight (Horvitz and Thompson).
            self.variance += weight * (weight - 1)
            self.countries[country or "unknown"] += weight
            self.tiers[tier or "without tier"] += weight

    def to_json(self) -> dict[str, Any]:
        return {
            "users": self.users,
            "users_error": self.error,
            "requests": self.requests,
            "countries": dict(self.countries.most_common()),
            "tiers": dict(self.tiers.most_common()),
        }


def _replayed(traffic: Iterable[Recorded], limits: Limits) -> dict[str, Tally]:
    found: dict[str, Tally] = {}
    for each in traffic:
        for name, refusals in replay(each, limits).items():
            found.setdefault(name, Tally()).add(refusals, each)
    return found


def _differs(
    name: str, old: Limits, new: Limits, was: Mapping[str, Tally], becomes: Mapping[str, Tally]
) -> bool:
    return old.policies.get(name) != new.policies.get(name) or was.get(name) != becomes.get(name)


def _same(old: Limits, new: Limits) -> bool:
    counted = {"policies", "tiers", "risk", "classes"}
    return old.model_dump(include=counted) == new.model_dump(include=counted)


def _said(name: str, traffic: Sequence[Recorded], was: Tally, becomes: Tally) -> Replay:
    seen = sum(each.users for each in traffic)
    active = sum(len(each.active) for each in traffic if each.level)
    users = sum((each.users - len(each.active)) * each.weight + len(each.active) for each in traffic)
    weights = sorted({each.weight for each in traffic})
    share = (
        f"sample 1 in {weights[0]}" if len(weights) == 1 else f"samples 1 in {weights[0]} to {weights[-1]}"
    )
    if active:
        share += f" and the {active:,} most active"
    whom = f" ({_parts(becomes)})" if becomes.users else ""
    sentence = (
        f"of {_about(users, seen)} users seen in the last hour ({share}), {name} would have refused "
        f"{_how_many(becomes)}{whom}; before: {_how_many(was)}"
    )
    if weights[-1] > 1 and not becomes.users:
        sentence += f" (none of {seen:,}: at most about {3 * weights[-1]:,} users)"
    elif weights[-1] > 1 and not becomes.variance:
        sentence += f" (and of the less active at most about {3 * weights[-1]:,}: none of {seen - active:,})"
    evidence = {
        "limit": name,
        "users": users,
        "sampled": seen,
        "active": active,
        "shares": {each.region: each.weight for each in traffic},
        "before": was.to_json(),
        "after": becomes.to_json(),
    }
    return Replay(f"limits.{name}", sentence, evidence)


def _how_many(tally: Tally) -> str:
    if not tally.users:
        return "nobody"
    error = f" ± {tally.error:,}" if tally.error else ""
    return f"{tally.users:,}{error} with {tally.requests:,} requests"


def _parts(tally: Tally) -> str:
    places = tally.countries.most_common()
    named = [f"{country} {count:,}" for country, count in places[:NAMED]]
    if len(places) > NAMED:
        named.append(f"{sum(count for _, count in places[NAMED:]):,} elsewhere")
    tiers = [f"{tier} {count:,}" for tier, count in tally.tiers.most_common(NAMED)]
    return "; ".join((", ".join(named), ", ".join(tiers)))


def _about(users: int, seen: int) -> str:
    return f"{users:,}" if users == seen else f"about {users:,}"
