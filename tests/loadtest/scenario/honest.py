"""Limits by arithmetic: what a scenario sends in a whole run, against the token buckets of the Avalo profile.

Worked out from the profile's text and from docs/limits.md, not with the compiler: a bucket holds its burst, gets its rate back
evenly, and a request is refused when it finds less than one token.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import numpy as np
from numpy.typing import NDArray

from meridian.config.document import parse
from meridian.limits.settings import Limits, Policy
from meridian.loadtest.plan import Answer, Shard
from meridian.loadtest.scenario.counts import Count
from meridian.loadtest.scenario.crowd import User
from meridian.loadtest.scenario.plan import ScenarioPlan
from meridian.loadtest.scenario.scenario import Scenario
from meridian.loadtest.scenario.target import Target
from tests.loadtest.scenario.targets import AVALO

FAR = 1e9
"""More than any count or time here, to keep the buckets of different keys apart."""
FINE = Answer(200)


@dataclass(frozen=True)
class Traffic:
    """Every request of a run, as if answers took no time. clients: what each user's address
    counts as. at: seconds. user: number. step: place in the flow."""

    plan: ScenarioPlan
    users: list[User]
    clients: list[str]
    at: NDArray[np.float64]
    user: NDArray[np.int64]
    step: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.at)

    @classmethod
    def of(
        cls, scenario: Scenario, target: Target, seed: int, scale: float, users: int | None = None
    ) -> "Traffic":
        if users is not None:
            people = scenario.written.users.model_copy(update={"count": users})
            written = scenario.written.model_copy(update={"users": people})
            scenario = Scenario(written, [], [], [], "", "", scenario.positions)
        plan = scenario.plan(target, seed=seed, scale=scale)
        size = len(plan.crowd)
        number = np.arange(plan.flows())
        due = Count(plan.phases).when(number.astype(np.float64)) if not plan.poisson else _due(plan)
        who, turn = number % size, number // size
        began, at, user, step = due.copy(), [], [], []
        for place, written_step in enumerate(plan.flow):
            begins = np.array(_begins(plan, place, size))
            count = begins[who] + turn * written_step.share
            taken = (np.floor(count + written_step.share) > np.floor(count)) | (written_step.share >= 1)
            began[taken] += written_step.think
            at.append(began[taken])
            user.append(who[taken])
            step.append(np.full(int(taken.sum()), place))
        people_here = [plan.crowd.user(one) for one in range(size)]
        clients = [_client(user.address) for user in people_here]
        return cls(plan, people_here, clients, np.concatenate(at), np.concatenate(user), np.concatenate(step))

    def asked(self) -> Iterator[tuple[int, int]]:
        """User and step of each request, by the arithmetic."""
        return zip(self.user.tolist(), self.step.tolist(), strict=True)

    def sent(self) -> Iterator[tuple[int, int]]:
        """The same, by the plan."""
        size = len(self.users)
        for arrival in self.plan.arrivals(Shard()):
            ask = self.plan.begin(arrival.number)
            while ask is not None:
                yield arrival.number % size, ask.step
                following = self.plan.follow(ask, FINE)
                ask = following[1] if following else None


def refused(traffic: Traffic) -> Mapping[str, int]:
    """Limit -> requests that find its bucket empty."""
    value: dict[str, Any] = parse(AVALO.read_bytes()).value
    limits = Limits.model_validate(value["limits"])
    features = {path: name for name, feature in value["features"].items() for path in feature["paths"]}
    found: Counter[str] = Counter()
    for name, policy in limits.policies.items():
        applies = np.array([_applies(limits, policy, features, step.request) for step in traffic.plan.steps])
        chosen = applies[traffic.step]
        if chosen.any():
            keys, factors = _keys(limits, policy, traffic)
            found[name] = _empty(policy, traffic.at[chosen], traffic.user[chosen], keys, factors)
    return found


def _applies(limits: Limits, policy: Policy, features: Mapping[str, str], request: str) -> bool:
    method, path = request.split()
    feature = features["/".join(path.split("/")[:3])]
    classes = [name for name, members in limits.classes.items() if feature in members] or ["general"]
    if policy.key == "client":
        return policy.class_ in classes
    counted = [
        name
        for name, action in limits.actions.items()
        if action.feature == feature and method in (action.methods or (method,))
    ]
    return not policy.actions or bool(set(counted) & set(policy.actions))


def _keys(limits: Limits, policy: Policy, traffic: Traffic) -> tuple[list[str], list[float]]:
    """For each user: what is counted together, and the factor of the rate."""
    regions = [origin.name for origin in traffic.plan.origins]
    keys = {
        "country": [user.country for user in traffic.users],
        "region": [regions[user.origin] for user in traffic.users],
        "client": traffic.clients,
        "address": traffic.clients,
    }.get(policy.key) or [user.id for user in traffic.users]
    rates = [policy.each.get(key, policy.rate) / policy.rate for key in keys]
    tiers = limits.tiers if policy.multiplied_by_tier else {}
    return keys, [rate * tiers.get(user.tier, 1.0) for rate, user in zip(rates, traffic.users, strict=True)]


def _client(address: str) -> str:
    return str(int(ip_address(address)) >> 64) if ":" in address else address


def _empty(
    policy: Policy, at: NDArray[np.float64], user: NDArray[np.int64], keys: list[str], factors: list[float]
) -> int:
    """Requests for which, since some earlier one of their key, more came than the bucket held and got back meanwhile."""
    names = {name: place for place, name in enumerate(dict.fromkeys(keys))}
    key = np.array([names[one] for one in keys])[user]
    lowest = np.full(len(names), np.inf)  # of users who share an address, as if all were of the lowest tier
    np.minimum.at(lowest, np.array([names[one] for one in keys]), np.array(factors))
    factor = lowest[key]
    order = np.lexsort((at, key))
    key, at, factor = key[order], at[order], factor[order]
    first = np.searchsorted(key, key)
    rank = np.arange(len(key)) - first
    rate = policy.rate / policy.window * factor
    owed = rank - rate * at
    least = np.minimum.accumulate(owed - key * FAR) + key * FAR
    burst = np.floor((policy.burst or policy.rate) * factor)
    return int((owed - least + 1 > burst + 1e-6).sum())


def _begins(plan: ScenarioPlan, place: int, size: int) -> list[float]:
    from meridian.loadtest.scenario.flow import Step

    step = Step(place, plan.flow[place], plan.seed)
    return [step.begin(number) for number in range(size)] if step.share < 1 else [0.0] * size


def _due(plan: ScenarioPlan) -> NDArray[np.float64]:
    return np.array([one.at for one in plan.arrivals(Shard())])
