"""The whole of `meridian.yaml`. Features add their own sections through `features.schema`."""

from typing import Annotated, Literal, TypeVar

from pydantic import ConfigDict, Field

from meridian.config.schema.base import CountryCode, Section, Slug
from meridian.config.schema.edge import Edge
from meridian.config.schema.identity import Identity
from meridian.config.schema.policytest import PolicyTest
from meridian.config.schema.service import AppFeature, HealthCheck, Service
from meridian.config.schema.topology import Location, Region, Residency

S = TypeVar("S", bound=Section)


class App(Section):
    """The app that Meridian stands in front of."""

    name: Slug
    """A short name, used in metrics and banners."""


class Config(Section):
    """Where an app runs, who is served from where, and what may never happen."""

    model_config = ConfigDict(title="meridian.yaml")

    version: Literal[1] = 1
    """The version of this schema."""
    app: App
    """The app that Meridian stands in front of."""
    identity: Identity
    """Whose users these are: the app's own tokens."""
    edge: Edge = Edge()
    """How edges meet the world."""
    locations: Annotated[dict[Slug, Location], Field(min_length=1)]
    """Every place where the app runs, by name."""
    regions: Annotated[dict[Slug, Region], Field(min_length=1)]
    """Groups of locations, by name. A new region is one more entry here."""
    default_region: Slug
    """For users whom no other rule places."""
    countries: dict[Slug, tuple[CountryCode, ...]]
    """The countries of each region. Every ISO 3166-1 country stands in exactly one list."""
    residency: Annotated[dict[Slug, Residency], Field(min_length=1)]
    """Where data may be, by name."""
    health: HealthCheck = HealthCheck()
    """The health check of every service that does not have its own."""
    services: Annotated[dict[Slug, Service], Field(min_length=1)]
    """The deployable parts of the app, by name."""
    features: Annotated[dict[Slug, AppFeature], Field(min_length=1)]
    """What users do, by name."""
    tests: tuple[PolicyTest, ...] = ()
    """Promises that `meridian validate` checks."""

    def section(self, kind: type[S]) -> S:
        """The section that a feature of Meridian added (see `features.schema`), by its settings class."""
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, kind):
                return value
        raise LookupError(f"no registered feature has settings of class {kind.__name__}")
