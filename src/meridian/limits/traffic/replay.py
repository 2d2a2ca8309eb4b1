"""Recorded traffic, through the limits of another configuration. Pure: the times are those of the recording.

Limits come in the order in which a request meets them: those that the edge counts, each paid even where a later one refuses,
then the exact ones, all paid or none. Every bucket is full where the recording begins.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from meridian.limits.applies import Met
from meridian.limits.quota import quota
from meridian.limits.settings import Key, Limits
from meridian.limits.traffic.buckets import Buckets, Pace
from meridian.limits.traffic.meets import meets
from meridian.limits.traffic.shadow import risk_of

MOST = 200_000
"""Events of a region that are replayed; of more, fewer users are."""
_ALL = 1 << 62
_RANK = 32
"""Bits of a rank."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What requests have in common."""

    feature: str
    action: str
    country: str
    tier: str
    risk: str
    region: str
    signed_in: bool


@dataclass(frozen=True, slots=True)
class Event:
    """time: seconds since 1970. who, client: under other names."""

    time: float
    who: str
    kind: Kind
    client: str
    hits: int = 1


@dataclass(frozen=True, slots=True)
class Recorded:
    """A region's sample. events: by time. level: 1 user in 2^level is in it, but all who are active. users: how many are.
    active: who of them."""

    region: str
    level: int
    events: Sequence[Event]
    users: int
    active: Set[str] = frozenset()

    @property
    def weight(self) -> int:
        """Users that one stands for who is not active."""
        return int(1 << self.level)

    def weight_of(self, who: str) -> int:
        """Whoever is active stands for nobody else."""
        return 1 if who in self.active else self.weight


def recorded(region: str, samples: Iterable[Any], most: int = MOST) -> Recorded:
    """Brings samples of one region to one share, and one measure of who is active: the smallest of theirs, or less where there
    are too many events. Raises KeyError, IndexError, TypeError or ValueError for what is no sample."""
    samples = list(samples)
    level = max((int(sample["level"]) for sample in samples), default=0)
    often = max((int(sample["often"]) for sample in samples if "often" in sample), default=1)
    busiest: dict[str, int] = {}
    ranked = sorted(
        chain.from_iterable(_read(sample, busiest) for sample in samples), key=lambda each: each[1].time
    )
    while True:
        active = {who for who, most_often in busiest.items() if most_often >= often}
        ranked = _thinned(ranked, level, active)
        if len(ranked) <= most or level > _RANK:
            break
        if 2 * sum(event.who in active for _, event in ranked) > most:
            often *= 2
        else:
            level += 1
    events = [event for _, event in ranked]
    users = {event.who for event in events}
    return Recorded(region, level, events, len(users), active & users)


def _thinned(ranked: list[tuple[int, Event]], level: int, active: Set[str]) -> list[tuple[int, Event]]:
    mask = (1 << level) - 1
    return [each for each in ranked if not each[0] & mask or each[1].who in active] if mask else ranked


def _read(sample: Any, busiest: dict[str, int]) -> Iterator[tuple[int, Event]]:
    """busiest: gets how often each did one action in ten minutes at most, of those who were active."""
    base = float(sample["base"])
    kinds = [_kind(*map(str, kind)) for kind in sample["kinds"]]
    users = [(str(name), int(rank)) for name, rank, *_ in sample["users"]]
    for name, _, *most_often in sample["users"]:
        busiest[name] = max(busiest.get(name, 0), *map(int, most_often), 0)
    clients = sample["clients"]
    for time, who, kind, client, hits in zip(
        *(sample[name] for name in ("times", "who", "kind", "client", "hits")), strict=True
    ):
        name, rank = users[who]
        yield rank, Event(base + time / 10, name, kinds[kind], clients[client], hits)


def _kind(feature: str, action: str, country: str, tier: str, risk: str, region: str, signed_in: str) -> Kind:
    return Kind(feature, action, country, tier, risk, region, bool(signed_in))


@dataclass(slots=True)
class Refusals:
    """requests: how many, by the weight of who made them. users: who -> country and tier, as at the first refusal."""

    requests: Counter[int] = field(default_factory=Counter)
    users: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Step:
    name: str
    key: Key
    counted: str
    pace: Pace


@dataclass(frozen=True, slots=True)
class _Way:
    edge: tuple[_Step, ...]
    exact: tuple[_Step, ...]


def replay(traffic: Recorded, limits: Limits) -> dict[str, Refusals]:
    """Limit -> what it would have refused; limits that refuse nothing are left out."""
    ways: dict[tuple[Kind, int], _Way] = {}
    buckets = Buckets(_ALL)
    found: dict[str, Refusals] = {}
    for event in traffic.events:
        weight = traffic.weight_of(event.who)
        way = ways.get((event.kind, weight))
        if way is None:
            way = ways[event.kind, weight] = _way(limits, event.kind, weight)
        refused_by = _refusing(way, event, buckets)
        if refused_by:
            refusals = found.setdefault(refused_by, Refusals())
            refusals.requests[weight] += 1
            refusals.users.setdefault(event.who, (event.kind.country, event.kind.tier))
    return found


def _refusing(way: _Way, event: Event, buckets: Buckets) -> str:
    for step in way.edge:
        if not buckets.take(_bucket(step, event), step.pace, event.time, event.hits):
            return step.name
    for step in way.exact:
        if not buckets.fits(_bucket(step, event), step.pace, event.time, event.hits):
            return step.name
    for step in way.exact:
        buckets.take(_bucket(step, event), step.pace, event.time, event.hits)
    return ""


def _bucket(step: _Step, event: Event) -> tuple[str, str]:
    if step.counted:
        return step.name, step.counted
    return step.name, event.client if step.key in ("client", "address") else event.who


def _way(limits: Limits, kind: Kind, weight: int) -> _Way:
    found = [
        each for each in meets(limits, kind.feature, kind.action, kind.signed_in) if not each.policy.shadow
    ]
    steps = {each.name: _step(limits, each, kind, weight) for each in found}
    return _Way(
        tuple(steps[each.name] for each in found if each.policy.scope == "edge"),
        tuple(steps[each.name] for each in found if each.policy.scope == "exact"),
    )


def _step(limits: Limits, each: Met, kind: Kind, weight: int) -> _Step:
    """In a limit that everybody shares, each who is in the sample stands for those who are not."""
    shared = {"country": kind.country, "region": kind.region}.get(each.policy.key, "")
    amount = quota(limits, each.policy, kind.tier, risk_of(kind.risk), shared)
    return _Step(each.name, each.policy.key, shared, Pace.of(amount, weight if shared else 1.0))
