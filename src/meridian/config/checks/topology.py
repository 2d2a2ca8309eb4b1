"""Locations, regions and residency sets fit together."""

from collections import Counter
from collections.abc import Iterator, Sequence

from meridian.config.schema.root import Config
from meridian.config.schema.topology import Region
from meridian.core.errors import Finding


def check(config: Config) -> Iterator[Finding]:
    owner: dict[str, str] = {}
    for name, region in config.regions.items():
        for index, location in enumerate(region.locations):
            if owner.setdefault(location, name) != name:
                what = f"{location} already belongs to region {owner[location]}"
                yield Finding(("regions", name, "locations", index), what, "give each location to one region")
        yield from _repeated(("regions", name, "locations"), region.locations)
        yield from _repeated(("regions", name, "failover"), region.failover or ())
        yield from _home(config, name, region)
    for name in config.locations:
        if name not in owner:
            yield Finding(("locations", name), f"{name} belongs to no region", "add it to one, or remove it")
    for name, residency in config.residency.items():
        yield from _repeated(("residency", name, "locations"), residency.locations)


def _home(config: Config, name: str, region: Region) -> Iterator[Finding]:
    """A region whose home location may not hold its own users' data could answer no bound request."""
    residency = config.residency.get(region.residency)
    home = region.locations[0]
    if residency is not None and home in config.locations and home not in residency.locations:
        yield Finding(
            ("regions", name, "residency"),
            f"the home location {home} of region {name} is not in its residency set {region.residency}",
            f"add {home} to residency.{region.residency}.locations, or choose another set",
        )
    if region.failover and home in region.failover:
        what = f"{home} is the home location, which is tried first anyway"
        yield Finding(("regions", name, "failover", region.failover.index(home)), what, "remove it")


def _repeated(path: tuple[str | int, ...], listed: Sequence[str]) -> Iterator[Finding]:
    for item, count in Counter(listed).items():
        if count > 1:
            again = listed.index(item, listed.index(item) + 1)
            yield Finding((*path, again), f"{item} is listed twice", "keep it once")
