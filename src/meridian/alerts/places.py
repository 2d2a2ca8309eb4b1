"""Where an alert is, and whether one place being down explains an alert at another. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from meridian.alerts.incidents import Labels
from meridian.config.schema.root import Config


@dataclass(frozen=True, slots=True)
class Place:
    """locations, regions: that the labels name. near: locations that serve what the labels name, such as those of a region."""

    locations: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    near: frozenset[str] = frozenset()

    @property
    def anywhere(self) -> bool:
        return not self.locations and not self.near


def place_of(labels: Labels, config: Config) -> Place:
    """Labels are understood by name (`region`, `location`, `country`, `feature`), and `what` by its value: a location, a region,
    or "service@location"."""
    locations: set[str] = set()
    regions: set[str] = set()
    pinned: set[str] = set()
    for name, value in labels:
        text = value.rpartition("@")[2] if name == "what" else value
        if name in ("location", "what") and text in config.locations:
            locations.add(text)
        elif name in ("region", "what") and text in config.regions:
            regions.add(text)
        elif name == "country":
            regions |= {region for region, codes in config.countries.items() if value in codes}
        elif name == "feature" and value in config.features:
            pinned |= {config.features[value].region or ""} & set(config.regions)
    near = locations | _locations(config, pinned or regions)
    return Place(frozenset(locations), frozenset(regions), frozenset(near))


def name_of(place: Place) -> str:
    """For `{place}`."""
    return " ".join(sorted(place.locations or place.regions))


def inside(place: Place, cause: Place, config: Config) -> bool:
    """Whether all of `place` is part of what is down at `cause`."""
    covered = cause.locations | _locations(config, cause.regions)
    if place.locations:
        return place.locations <= covered
    return bool(place.regions) and place.regions <= cause.regions


def beside(place: Place, cause: Place, config: Config) -> bool:
    """Whether what is down at `cause` serves some of `place`. What is nowhere in particular is beside everything."""
    covered = cause.locations | _locations(config, cause.regions)
    return place.anywhere or not covered or bool(place.near & covered)


def _locations(config: Config, regions: Iterable[str]) -> frozenset[str]:
    return frozenset(location for region in regions for location in config.regions[region].locations)
