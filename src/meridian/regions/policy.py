"""Where a user belongs and where a request goes: the pure rules, and the sentence that explains each answer.

The edge decides the same in Lua (`stamp.lua`), from tables compiled out of the same configuration; a test holds the two to
the same answers and the same words.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from meridian.config.schema.root import Config
from meridian.core.decision import clip
from meridian.core.errors import NotFound
from meridian.core.suggest import did_you_mean

Rule = Literal["override", "home", "country", "declared", "default"]
RULES: tuple[Rule, ...] = ("override", "home", "country", "declared", "default")
OPEN = "open"
"""The residency of a feature that is bound to no set."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about the user behind a request; empty where unknown.

    override: an operator's choice of region. home: stored home assignment. country: of the client's address. declared: the
    country that the app's token declares."""

    user: str = ""
    override: str = ""
    home: str = ""
    country: str = ""
    declared: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One rule, in the order of deciding. region is empty where the rule had nothing to say."""

    rule: Rule
    region: str
    because: str


@dataclass(frozen=True, slots=True)
class RegionAnswer:
    region: str
    rule: Rule
    sentence: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class FeatureAnswer:
    """user_region: where the user belongs. target: the region that this feature's request goes to. chain: the locations that may
    serve it, in the order in which they are tried. location: the first of them that is up; empty with status 503."""

    feature: str
    user_region: str
    target: str
    bound: str
    chain: tuple[str, ...]
    location: str
    status: Literal[200, 503]
    rule: Rule
    sentence: str


@dataclass(frozen=True, slots=True)
class Preferences:
    """What measured latency changed. nearest: country -> region. optimal: user's region -> country -> region."""

    nearest: Mapping[str, str] = field(default_factory=dict)
    optimal: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


NO_PREFERENCES = Preferences()


def region_of_country(config: Config, country: str) -> str:
    """The region that serves a country, or empty for a code that no list holds."""
    return next((region for region, countries in config.countries.items() if country in countries), "")


def route_region(config: Config, facts: Facts) -> RegionAnswer:
    """The user's region: the first rule that has something to say decides."""
    steps = tuple(_step(config, facts, rule) for rule in RULES)
    number, decided = next((n, step) for n, step in enumerate(steps, 1) if step.region)
    sentence = clip(f"{decided.region} by rule {number} of {len(RULES)} ({decided.rule}): {decided.because}")
    return RegionAnswer(decided.region, decided.rule, sentence, steps)


def _step(config: Config, facts: Facts, rule: Rule) -> Step:
    if rule == "override":
        region = facts.override if facts.override in config.regions else ""
        return Step(
            rule, region, "an operator placed this user" if region else "no operator placed this user"
        )
    if rule == "home":
        region = facts.home if facts.home in config.regions else ""
        return Step(rule, region, "stored home assignment" if region else "no stored home assignment")
    if rule == "country":
        return _country_step(config, rule, facts.country, "the client address is in")
    if rule == "declared":
        return _country_step(config, rule, facts.declared, "the app declares")
    return Step(rule, config.default_region, "nothing else is known")


def _country_step(config: Config, rule: Rule, country: str, phrase: str) -> Step:
    region = region_of_country(config, country)
    if region:
        return Step(rule, region, f"{phrase} {country}")
    return Step(
        rule, "", f"{phrase} {country}, which no region serves" if country else f"{phrase} no known country"
    )


def residency_of(config: Config, feature: str, user_region: str) -> str:
    """The name of the residency set that a request is bound to, or `open`."""
    bound = config.features[feature].residency
    return config.regions[user_region].residency if bound == "home" else bound


def allowed(config: Config, bound: str) -> frozenset[str]:
    """The locations that a residency set allows; all of them for `open`."""
    return frozenset(config.locations if bound == OPEN else config.residency[bound].locations)


def get_failover_order(config: Config, feature: str, user_region: str, target: str) -> tuple[str, ...]:
    """The locations that may serve the request, in the order in which they are tried. Never one outside its residency set.

    Those of one region stand together, at the place of the first of them: a request is handed to a region's edge once, and
    that edge tries its own."""
    chain = list(region_chain(config, target))
    if config.features[feature].failover == "any":
        others = sorted(config.regions, key=lambda name: config.regions[name].priority)
        chain += [location for other in others if other != target for location in region_chain(config, other)]
    inside = allowed(config, residency_of(config, feature, user_region))
    kept = [location for location in dict.fromkeys(chain) if location in inside]
    owner = owners(config)
    order = list(dict.fromkeys(owner.get(location) for location in kept))
    return tuple(sorted(kept, key=lambda location: order.index(owner.get(location))))


def owners(config: Config) -> dict[str, str]:
    """Location -> the region it belongs to."""
    return {location: name for name, region in config.regions.items() for location in region.locations}


def region_chain(config: Config, region: str) -> tuple[str, ...]:
    """A region's home location and its failover chain."""
    home, *others = config.regions[region].locations
    declared = config.regions[region].failover
    return tuple(dict.fromkeys((home, *(others if declared is None else declared))))


def target_region(
    config: Config, feature: str, user_region: str, country: str, preferences: Preferences = NO_PREFERENCES
) -> str:
    """The region that a feature's request goes to. country: of the client's address, or empty."""
    route = config.features[feature].route
    if route == "pinned":
        return config.features[feature].region or user_region
    if route == "nearest":
        chosen = preferences.nearest.get(country) or region_of_country(config, country) or user_region
    elif route == "optimal":
        chosen = preferences.optimal.get(user_region, {}).get(country, user_region)
    else:
        return user_region
    able = targets(config, feature, user_region)
    return chosen if chosen in able else able[0]


def targets(config: Config, feature: str, user_region: str) -> tuple[str, ...]:
    """Every region that this feature's requests of this region's users may go to, the user's own first where it may serve
    them at all. Where none may, the user's own alone."""
    settings = config.features[feature]
    if settings.route == "pinned":
        return (settings.region or user_region,)
    if settings.route == "home":
        return (user_region,)
    inside = allowed(config, residency_of(config, feature, user_region))
    able = [name for name in config.regions if inside & set(region_chain(config, name))]
    return tuple(sorted(able, key=lambda name: (name != user_region, config.regions[name].priority))) or (
        user_region,
    )


def route_feature(
    config: Config,
    facts: Facts,
    feature: str,
    down: Collection[str] = (),
    preferences: Preferences = NO_PREFERENCES,
) -> FeatureAnswer:
    """Where a request for a feature goes when the locations in `down` do not answer. Raises NotFound for an unknown feature."""
    if feature not in config.features:
        raise NotFound(f"no feature is called {feature!r}", did_you_mean(feature, config.features))
    user = route_region(config, facts)
    target = target_region(config, feature, user.region, facts.country, preferences)
    bound = residency_of(config, feature, user.region)
    chain = get_failover_order(config, feature, user.region, target)
    location = next((each for each in chain if each not in down), "")
    return FeatureAnswer(
        feature,
        user.region,
        target,
        bound,
        chain,
        location,
        200 if location else 503,
        user.rule,
        clip(f"{sentence_of(config, feature, user, target)}"),
    )


def sentence_of(config: Config, feature: str, user: RegionAnswer, target: str) -> str:
    """The sentence that an edge puts on `x-meridian-route`."""
    route = config.features[feature].route
    if route == "home":
        return f"{feature} -> {target}, the user's home: {user.sentence}"
    return f"{feature} -> {target} ({route}); user in {user.sentence}"


def expand(config: Config, names: Collection[str]) -> frozenset[str]:
    """Locations, from names of locations and regions. Raises NotFound for a name that is neither."""
    found: set[str] = set()
    for name in names:
        if name in config.regions:
            found.update(config.regions[name].locations)
        elif name in config.locations:
            found.add(name)
        else:
            raise NotFound(
                f"no location or region is called {name!r}",
                did_you_mean(name, [*config.regions, *config.locations]),
            )
    return frozenset(found)
