"""Every name in the `limits` section leads to something, and no name means two things."""

from collections.abc import Collection, Iterator

from meridian.config.countries import likely_country
from meridian.config.schema.root import Config
from meridian.core.errors import Finding
from meridian.core.suggest import did_you_mean
from meridian.geo.countries import countries
from meridian.limits.applies import section
from meridian.limits.settings import GENERAL, Limits, LimitTest, Policy

Path = tuple[str | int, ...]


def check(config: Config) -> Iterator[Finding]:
    limits = section(config)
    yield from _tiers(limits)
    for name, action in limits.actions.items():
        path: Path = ("limits", "actions", name, "feature")
        yield from _named(path, "feature", action.feature, config.features)
    yield from _classes(config, limits)
    for name, policy in limits.policies.items():
        yield from _policy(config, limits, name, policy)
    for name, shield in limits.shields.items():
        yield from _named(("limits", "shields", name, "action"), "action", shield.action, limits.actions)
        if name in limits.policies:
            what = f"{name} is the name of a limit too, and both stand in answers and records"
            yield Finding(("limits", "shields", name), what, "rename one of the two")
    for number, test in enumerate(limits.tests):
        yield from _test(limits, number, test)


def _tiers(limits: Limits) -> Iterator[Finding]:
    for name in limits.tiers:
        if not name or not name.isprintable() or name != name.strip():
            what = f"{name!r} cannot be a tier's name"
            yield Finding(("limits", "tiers", name), what, "write it as it stands in the app's tokens")


def _classes(config: Config, limits: Limits) -> Iterator[Finding]:
    placed: dict[str, str] = {}
    for name, features in limits.classes.items():
        path: Path = ("limits", "classes", name)
        if name == GENERAL:
            what = f"{GENERAL} already stands for every feature that is in no other class"
            yield Finding(path, what, "give the class another name, or remove it")
        for index, feature in enumerate(features):
            yield from _named((*path, index), "feature", feature, config.features)
            if feature in placed:
                twice = (
                    "twice in this class" if placed[feature] == name else f"also in class {placed[feature]}"
                )
                yield Finding((*path, index), f"{feature} is {twice}", "keep it in one class, once")
            placed.setdefault(feature, name)


def _policy(config: Config, limits: Limits, name: str, policy: Policy) -> Iterator[Finding]:
    path: Path = ("limits", "policies", name)
    for index, action in enumerate(policy.actions):
        yield from _named((*path, "actions", index), "action", action, limits.actions)
    if policy.class_ is not None:
        yield from _named((*path, "class"), "class", policy.class_, [*limits.classes, GENERAL])
    for value in policy.each:
        at = (*path, "each", value)
        if policy.key == "region":
            yield from _named(at, "region", value, config.regions)
        else:
            yield from _country(at, value)


def _test(limits: Limits, number: int, test: LimitTest) -> Iterator[Finding]:
    path: Path = ("limits", "tests", number)
    yield from _named((*path, "given", "action"), "action", test.given.action, limits.actions)
    if test.given.tier:
        yield from _named((*path, "given", "tier"), "tier", test.given.tier, limits.tiers)
    if test.given.country is not None:
        yield from _country((*path, "given", "country"), test.given.country)
    if test.expect.refused_by is not None:
        yield from _named((*path, "expect", "refused_by"), "limit", test.expect.refused_by, limits.policies)
    if test.expect.admitted is None and test.expect.refused_by is None:
        yield Finding((*path, "expect"), "this promises nothing", "give admitted, refused_by or both")


def _country(path: Path, code: str) -> Iterator[Finding]:
    if code in countries():
        return
    likely = likely_country(code)
    todo = f"did you mean {likely} ({countries()[likely].name})?" if likely else "remove it, or correct it"
    yield Finding(path, f"{code} is not an ISO 3166-1 country", todo)


def _named(path: Path, kind: str, name: str, known: Collection[str]) -> Iterator[Finding]:
    if name not in known:
        todo = did_you_mean(name, known) or f"name one under `limits.{kind}s` first"
        yield Finding(path, f"there is no {kind} {name}", todo)
