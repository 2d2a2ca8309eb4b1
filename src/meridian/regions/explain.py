"""Why a request goes where it goes: the rules in order, the one that decided, and the chain with what is wrong in it. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from meridian.config.schema.root import Config
from meridian.regions.names import feature_name
from meridian.regions.policy import (
    NO_PREFERENCES,
    OPEN,
    Facts,
    Preferences,
    route_feature,
    route_region,
)


@dataclass(frozen=True, slots=True)
class Link:
    """One location of a chain. wrong: why no request goes there, or empty."""

    location: str
    region: str
    wrong: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """facts: what is known of the user. steps: the rules in order, each with rule, region and because; region is empty where a
    rule had nothing to say. rule: the one that decided. sentence: as an edge puts it on `x-meridian-route`. What follows is
    empty without a feature. status: 200, or 503 where no allowed location is up."""

    facts: Mapping[str, str]
    steps: tuple[Mapping[str, str], ...]
    rule: str
    user_region: str
    sentence: str
    feature: str = ""
    service: str = ""
    route: str = ""
    target: str = ""
    bound: str = ""
    bound_why: str = ""
    chain: tuple[Link, ...] = ()
    location: str = ""
    status: int = 200

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def explain(
    config: Config,
    facts: Facts,
    feature: str = "",
    *,
    address: str = "",
    tier: str = "",
    wrong: Mapping[str, str] | None = None,
    preferences: Preferences = NO_PREFERENCES,
) -> Explanation:
    """wrong: location -> why no request goes there. Raises NotFound for an unknown feature."""
    away = wrong or {}
    user = route_region(config, facts)
    known = {**asdict(facts), "address": address, "tier": tier}
    steps = tuple({"rule": step.rule, "region": step.region, "because": step.because} for step in user.steps)
    if not feature:
        return Explanation(known, steps, user.rule, user.region, user.sentence)
    name = feature_name(config, feature)
    answer = route_feature(config, facts, name, frozenset(away), preferences)
    chain = tuple(
        Link(location, _owner(config, location), away.get(location, "")) for location in answer.chain
    )
    why = config.residency[answer.bound].why if answer.bound != OPEN else ""
    settings = config.features[name]
    return Explanation(
        known,
        steps,
        user.rule,
        user.region,
        answer.sentence,
        name,
        settings.service,
        settings.route,
        answer.target,
        answer.bound,
        why,
        chain,
        answer.location,
        answer.status,
    )


def _owner(config: Config, location: str) -> str:
    """The region that a location belongs to, or empty."""
    return next((name for name, region in config.regions.items() if location in region.locations), "")
