"""Where things are: locations, the regions made of them, and the residency sets that bind data to them."""

from typing import Annotated

from pydantic import Field

from meridian.config.schema.base import Section, Slug


class Location(Section):
    """One place where instances of the app run, such as a cloud region."""

    place: str = ""
    """Where it is, for people."""
    latitude: Annotated[float, Field(ge=-90, le=90)] = 0.0
    """Degrees north, for the map."""
    longitude: Annotated[float, Field(ge=-180, le=180)] = 0.0
    """Degrees east, for the map."""
    capacity: Annotated[float, Field(gt=0)] | None = None
    """Requests per second that it can serve, for the check before a drain. Left out: unknown, and the check says so."""
    instances: dict[Slug, tuple[str, ...]] = Field(default_factory=dict)
    """Addresses (host:port) by service; the key `default` stands for every service not named. Left out, `meridian up`
    runs the sample app here."""


class Region(Section):
    """A group of locations that serves a group of countries, with one edge."""

    name: str = ""
    """For people."""
    locations: Annotated[tuple[Slug, ...], Field(min_length=1)]
    """The first is the home location."""
    priority: Annotated[int, Field(ge=0, le=9)] = 0
    """Among regions that are otherwise equal, the lowest number is preferred."""
    residency: Slug
    """The residency set that the data of this region's users is bound to."""
    failover: tuple[Slug, ...] | None = None
    """Locations tried in order after the home location, for every feature that does not say otherwise. Left out:
    the region's other locations."""
    url: str = ""
    """The public address of this region's edge, given to clients; `meridian up` fills it in locally."""
    peer: str = ""
    """host:port where the other regions' edges reach this one; `meridian up` fills it in locally."""

    @property
    def chain(self) -> tuple[str, ...]:
        """The home location, and after it the locations tried when it is down, in order."""
        home, *others = self.locations
        return tuple(dict.fromkeys((home, *(others if self.failover is None else self.failover))))


class Residency(Section):
    """The locations that may hold and process a kind of data."""

    locations: Annotated[tuple[Slug, ...], Field(min_length=1)]
    """No bound request ever leaves these, whatever is down."""
    why: str = ""
    """The rule behind it, for people."""
