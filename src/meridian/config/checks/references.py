"""Every name leads to something, and no name means two things."""

from collections.abc import Collection, Iterator

from meridian.config.schema.policytest import PolicyTest
from meridian.config.schema.root import Config
from meridian.core.errors import Finding
from meridian.core.suggest import did_you_mean

RESERVED = {"home": "the residency set of the user's region", "open": "not bound to any set"}
RULES = ("override", "home", "country", "declared", "default")


def check(config: Config) -> Iterator[Finding]:
    yield from _named(("default_region",), "region", config.default_region, config.regions)
    for region in config.countries:
        yield from _named(("countries", region), "region", region, config.regions)
    yield from _regions(config)
    yield from _features(config)
    for name, residency in config.residency.items():
        for index, location in enumerate(residency.locations):
            path = ("residency", name, "locations", index)
            yield from _named(path, "location", location, config.locations)
    for name, settings in config.locations.items():
        known = [*config.services, "default"]
        for service in settings.instances:
            yield from _named(("locations", name, "instances", service), "service", service, known)
    for number, test in enumerate(config.tests):
        yield from _test(config, number, test)
    yield from _ambiguous(config)


def _regions(config: Config) -> Iterator[Finding]:
    for name, region in config.regions.items():
        for key, listed in (("locations", region.locations), ("failover", region.failover or ())):
            for index, location in enumerate(listed):
                at = ("regions", name, key, index)
                yield from _named(at, "location", location, config.locations)
        path = ("regions", name, "residency")
        if region.residency in RESERVED:
            todo = f"name one of {', '.join(sorted(config.residency))}"
            yield Finding(path, f"a region needs a residency set, and {region.residency} is none", todo)
            continue
        yield from _named(path, "residency set", region.residency, config.residency)


def _features(config: Config) -> Iterator[Finding]:
    for name, feature in config.features.items():
        yield from _named(("features", name, "service"), "service", feature.service, config.services)
        if feature.region is not None:
            yield from _named(("features", name, "region"), "region", feature.region, config.regions)
        known = [*config.residency, *RESERVED]
        yield from _named(("features", name, "residency"), "residency set", feature.residency, known)


def _test(config: Config, number: int, test: PolicyTest) -> Iterator[Finding]:
    path = ("tests", number)
    places = [*config.locations, *config.regions]
    yield from _named((*path, "given", "feature"), "feature", test.given.feature, config.features)
    for key, region in (
        ("home", test.given.home),
        ("override", test.given.override),
    ):
        if region is not None:
            yield from _named((*path, "given", key), "region", region, config.regions)
    for index, down in enumerate(test.given.down):
        yield from _named((*path, "given", "down", index), "location or region", down, places)
    if test.expect.region is not None:
        yield from _named((*path, "expect", "region"), "region", test.expect.region, config.regions)
    if test.expect.location is not None:
        yield from _named((*path, "expect", "location"), "location", test.expect.location, config.locations)
    if test.expect.rule is not None:
        yield from _named((*path, "expect", "rule"), "rule", test.expect.rule, RULES)
    for index, never in enumerate(test.expect.never):
        yield from _named((*path, "expect", "never", index), "location or region", never, places)


def _ambiguous(config: Config) -> Iterator[Finding]:
    for name in config.residency:
        if name in RESERVED:
            yield Finding(
                ("residency", name), f"{name} already means {RESERVED[name]}", "give the set another name"
            )
    for name in config.regions:
        if name in config.locations:
            what = f"{name} is the name of a location too, and people name both in commands"
            yield Finding(("regions", name), what, "rename one of the two")
    if "default" in config.services:
        what = "default already stands for every service in a location's instances"
        yield Finding(("services", "default"), what, "give the service another name")


def _named(path: tuple[str | int, ...], kind: str, name: str, known: Collection[str]) -> Iterator[Finding]:
    if name not in known:
        yield Finding(path, f"there is no {kind} {name}", did_you_mean(name, known))
