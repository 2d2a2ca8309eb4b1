"""What runs, and what users ask of it: services, their health checks, and the features routed to them."""

from typing import Annotated, Literal

from pydantic import Field

from meridian.config.schema.base import Duration, Path, PositiveDuration, Section, Slug


class HealthCheck(Section):
    """How an edge asks an instance whether it works."""

    path: Path = "/healthz"
    """Answers 200 while the instance can serve. `{service}` is replaced by the service's name."""
    interval: PositiveDuration = 1.0
    """Between two checks of one instance."""
    timeout: PositiveDuration = 1.0
    """An answer later than this counts as a failure."""
    unhealthy_after: Annotated[int, Field(ge=1, le=20)] = 3
    """Failures in a row before an instance is taken out."""
    healthy_after: Annotated[int, Field(ge=1, le=20)] = 2
    """Successes in a row before it is taken back."""


class Service(Section):
    """A deployable part of the app, present in every location that serves it."""

    health: HealthCheck | None = None
    """A health check of its own. Left out: the top-level `health`."""
    timeout: PositiveDuration = 15.0
    """The longest an answer may take; after that the client gets 504."""
    try_timeout: PositiveDuration = 2.0
    """The longest one try may take before an idempotent request is tried elsewhere."""
    return_over: Duration = 20.0
    """A location that was down gets its traffic back over this long, so that it is not flooded while cold."""
    max_connections: Annotated[int, Field(ge=1)] = 10_000
    """Connections and requests in flight to one location, beyond which the edge sheds with 503."""


class AppFeature(Section):
    """Something users do, the paths it has, and the rule for where it runs."""

    service: Slug
    """The service that answers it."""
    paths: Annotated[tuple[Path, ...], Field(min_length=1)]
    """Path prefixes. The longest matching prefix of all features wins."""
    route: Literal["home", "pinned", "nearest", "optimal"] = "home"
    """home: the user's home region. pinned: always `region`. nearest: the region of the client's country, or of lower
    measured latency. optimal: healthy, allowed by residency, then lowest measured latency."""
    region: Slug | None = None
    """For `route: pinned`."""
    residency: Slug = "home"
    """home: bound to the residency set of the user's home region. open: not bound. Or the name of a residency set."""
    failover: Literal["region", "any"] = "region"
    """region: the failover chain of the region it runs in. any: after that chain, the other regions by priority; only
    for features that residency leaves open."""
    retries: Annotated[int, Field(ge=0, le=5)] = 3
    """Further tries of an idempotent request. Others are tried again only if they never reached an instance."""
    p95: PositiveDuration | None = None
    """The latency objective, if it has one."""
