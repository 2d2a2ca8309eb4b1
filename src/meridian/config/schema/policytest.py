"""Policy tests: what the configuration promises, written beside it and run by `meridian validate`."""

from typing import Annotated

from pydantic import Field

from meridian.config.schema.base import CountryCode, Section, Slug


class Given(Section):
    """One request."""

    country: CountryCode | None = None
    """Of the client's address; left out: unknown."""
    declared_country: CountryCode | None = None
    """The country that the app's token declares."""
    home: Slug | None = None
    """A stored home assignment."""
    override: Slug | None = None
    """An operator's override."""
    feature: Slug
    """What the user does."""
    down: tuple[Slug, ...] = ()
    """Locations that are down; a region's name stands for all of its locations."""


class Expect(Section):
    """What must come of it. What is left out is not checked."""

    region: Slug | None = None
    """The user's region."""
    location: Slug | None = None
    """The location that answers."""
    status: Annotated[int, Field(ge=100, le=599)] | None = None
    """503 where no allowed location is up."""
    rule: str | None = None
    """The rule that decided: override, home, country, declared or default."""
    never: tuple[Slug, ...] = ()
    """Locations that no combination of failures may lead to."""


class PolicyTest(Section):
    """One promise."""

    name: str
    """The promise as a sentence; it is shown when it does not hold."""
    given: Given
    """The request."""
    expect: Expect
    """What must come of it."""
