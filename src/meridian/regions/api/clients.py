"""What the app's clients ask: where they belong, which edge to use, and how a region is.

These answer with PostgreSQL away too, from the request and from what control holds in memory, and say so in `trouble`.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from meridian.config.schema.root import Config
from meridian.core.errors import MeridianError, NotFound, Unavailable
from meridian.feature import Caller, Control
from meridian.regions.api.fields import NamePath, Text
from meridian.regions.homes.known import Known, first_contact, look_up, state_of
from meridian.regions.homes.tokens import home_token
from meridian.regions.operations import check_region_health, get_optimal_region_config
from meridian.regions.policy import allowed, region_chain, route_region, target_region

MEASURE_PATH = "/__meridian/ready"
"""Answered by the edge itself, so that it takes a round trip and nothing else."""
PRIVATE = "private, no-store"
"""The answer depends on who asks and from where, and holds their token."""


class Entrance(BaseModel):
    """An edge. url: empty where the configuration names none."""

    region: str
    url: str


class FeatureTarget(BaseModel):
    """target: the region that requests for it go to. url: of that region's edge. paths: what the feature answers."""

    target: str
    url: str
    paths: tuple[str, ...]


class RegionConfig(BaseModel):
    """rule: which rule decided the region, and sentence: why. url: of the region's edge. failover: the locations that may serve
    the user's data, in order. entrances: the edges to try in order; each routes the user's requests by the same rules. measure:
    addresses whose round trip to measure and POST to /infrastructure/latency. home_token: for a known user, to be sent in the
    header `meridian-home`; expires_in: its lifetime in seconds. home_stored: whether the user's home is stored. trouble: what
    this answer lacks because it could not be had now, or empty."""

    region: str
    rule: str
    sentence: str
    country: str
    user: str
    url: str
    failover: tuple[str, ...]
    entrances: list[Entrance]
    features: dict[str, FeatureTarget]
    measure: list[Entrance]
    home_token: str | None = None
    expires_in: int | None = None
    home_stored: bool = False
    trouble: str = ""


class ServiceOut(BaseModel):
    service: str
    location: str
    up: bool
    healthy: int
    total: int
    since: str
    reason: str


class RegionHealthOut(BaseModel):
    """status: healthy, degraded, down or unknown. edges: how many reported in the last 10 seconds. draining: location -> share
    of its traffic that is taken away."""

    region: str
    status: str
    sentence: str
    edges: int
    services: list[ServiceOut]
    draining: dict[str, float]


class AiConfig(BaseModel):
    """endpoint: where to send AI requests. why: what decided. fallbacks: where else, in order, all inside residency. measured:
    region -> milliseconds of the caller's own network."""

    feature: str
    endpoint: str
    region: str
    why: str
    fallbacks: list[Entrance]
    measured: dict[str, float]
    trouble: str = ""


def router(control: Control) -> APIRouter:
    routes = APIRouter(tags=["routing"])

    @routes.get("/region-config")
    async def region_config(request: Request, response: Response) -> RegionConfig:
        """Where the caller belongs, and everything a client needs to get there. A known user's first call stores their home."""
        response.headers["cache-control"] = PRIVATE
        caller = control.caller(request)
        known = await first_contact(control, caller)
        return _with_token(control, caller, known, _region_config(control, caller, known))

    @routes.get("/health/{region}")
    async def health(region: NamePath) -> RegionHealthOut:
        """Every service in every location of the region, as its edges see them."""
        found = check_region_health(control, region)
        services = [
            ServiceOut(
                service=each.service,
                location=each.location,
                up=each.up,
                healthy=each.healthy,
                total=each.total,
                since=each.since,
                reason=each.reason,
            )
            for each in found.services
        ]
        return RegionHealthOut(
            region=found.region,
            status=found.status,
            sentence=found.sentence,
            edges=found.edges,
            services=services,
            draining=dict(found.draining),
        )

    @routes.get("/ai-config")
    async def ai_config(
        request: Request,
        response: Response,
        feature: Annotated[
            Text, Query(description="Left out: the feature `ai`, or the first that routes optimally.")
        ] = "",
    ) -> AiConfig:
        """The AI endpoint that serves the caller best: healthy, allowed by residency, then fastest."""
        response.headers["cache-control"] = PRIVATE
        caller = control.caller(request)
        known = await look_up(control, caller)
        config = control.config()
        best = await get_optimal_region_config(control, caller, feature or _ai(config), known)
        if not best.region:
            raise Unavailable(best.why, "try again in a few seconds")
        urls, path = control.inventory().urls, config.features[best.feature].paths[0]
        return AiConfig(
            feature=best.feature,
            endpoint=urls.get(best.region, "") + path,
            region=best.region,
            why=best.why,
            fallbacks=[Entrance(region=name, url=urls.get(name, "") + path) for name in best.fallbacks],
            measured=dict(best.measured),
            trouble=known.trouble,
        )

    return routes


def _ai(config: Config) -> str:
    optimal = [name for name, feature in config.features.items() if feature.route == "optimal"]
    if "ai" in config.features:
        return "ai"
    if not optimal:
        raise NotFound("no feature routes to the optimal region", "name one with ?feature=")
    return optimal[0]


def _region_config(control: Control, caller: Caller, known: Known) -> RegionConfig:
    config, urls = control.config(), control.inventory().urls
    answer = route_region(config, known.facts)
    preferences = state_of(control).preferences
    inside = allowed(config, config.regions[answer.region].residency)
    others = sorted(config.regions, key=lambda name: (name != answer.region, config.regions[name].priority))
    targets = {
        name: target_region(config, name, answer.region, caller.country, preferences)
        for name in config.features
    }
    return RegionConfig(
        region=answer.region,
        rule=answer.rule,
        sentence=answer.sentence,
        country=caller.country,
        user=known.facts.user,
        url=urls.get(answer.region, ""),
        failover=tuple(each for each in region_chain(config, answer.region) if each in inside),
        entrances=[Entrance(region=name, url=urls.get(name, "")) for name in others],
        features={
            name: FeatureTarget(target=target, url=urls.get(target, ""), paths=config.features[name].paths)
            for name, target in targets.items()
        },
        measure=[
            Entrance(region=name, url=urls[name] + MEASURE_PATH) for name in config.regions if urls.get(name)
        ],
        home_stored=known.stored,
        trouble=known.trouble,
    )


def _with_token(control: Control, caller: Caller, known: Known, answer: RegionConfig) -> RegionConfig:
    """The token names the home, not an override: an override reaches edges by itself, and ends when it is cleared."""
    if not known.facts.user:
        return answer
    try:
        token, lifetime = home_token(control, known.facts.user, known.home, caller.tier or "free")
    except MeridianError as error:
        return answer.model_copy(
            update={"trouble": answer.trouble or f"no home token can be signed now: {error.what}"}
        )
    return answer.model_copy(update={"home_token": token, "expires_in": lifetime})
