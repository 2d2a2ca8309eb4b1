"""Which limits there are, and what those of one user or client are right now and why."""

from datetime import datetime
from typing import Annotated

import psycopg
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from meridian.core.errors import Unavailable
from meridian.core.names import known_name, user_id
from meridian.core.principal import Role
from meridian.core.risk import Risk
from meridian.feature import Control
from meridian.limits.api.fields import Text
from meridian.limits.applies import section
from meridian.limits.explain import Standing, Who, explain
from meridian.limits.names import action_name, client_of
from meridian.limits.operations import state_of
from meridian.limits.store import Override, Overrides

AWAY = (Unavailable, psycopg.Error)
"""What asking PostgreSQL raises when it cannot be asked."""


class PolicyOut(BaseModel):
    """rate: requests in each window, of a free user at low risk. window: seconds. burst: requests at once, after a pause.
    class_name: of endpoints, for clients. tiers, risk: whether they multiply it. each: rates of single countries or regions.
    sentence: all of it in short."""

    name: str
    key: str
    actions: list[str]
    class_name: str
    rate: int
    window: float
    burst: int
    tiers: bool
    risk: bool
    scope: str
    on_failure: str
    shadow: bool
    each: dict[str, int]
    sentence: str


class ShieldOut(BaseModel):
    """within, block, longest: seconds. growth: factor by which each further block is longer."""

    name: str
    action: str
    failures: int
    within: float
    block: float
    growth: float
    longest: float


class LimitsOut(BaseModel):
    """tiers, risk: factor by tier and by risk."""

    tiers: dict[str, float]
    risk: dict[str, float]
    policies: list[PolicyOut]
    shields: list[ShieldOut]


class ChosenOut(BaseModel):
    """Who chose another rate, why, and until when (null: until it is cleared)."""

    author: str
    reason: str
    expires_at: datetime | None


class StandingOut(BaseModel):
    """quota: requests in each window. window: seconds. burst: at once, after a pause. counted: who or what has the counter, empty
    where that is not known."""

    name: str
    key: str
    scope: str
    shadow: bool
    quota: int
    window: float
    burst: int
    counted: str
    override: bool
    chosen: ChosenOut | None
    sentence: str


class ExplainedOut(BaseModel):
    """limits: in the order in which a request meets them. resets: how often an operator gave fresh counters. trouble: what could
    not be looked up, or empty."""

    user: str
    tier: str
    risk: str
    client: str
    country: str
    region: str
    action: str
    limits: list[StandingOut]
    resets: int
    trouble: str


def router(control: Control) -> APIRouter:
    routes = APIRouter(dependencies=[Depends(control.requires(Role.OPS))])

    @routes.get("")
    async def limits() -> LimitsOut:
        """Every limit and shield of the active configuration."""
        found = section(control.config())
        everyone = explain(control.config(), Who(user="anyone"))
        return LimitsOut(
            tiers=found.tiers,
            risk={str(name): factor for name, factor in found.risk.items()},
            policies=[_policy(each) for each in everyone],
            shields=[
                ShieldOut(name=name, **each.model_dump(include=set(ShieldOut.model_fields)))
                for name, each in found.shields.items()
            ],
        )

    @routes.get("/explain")
    async def explained(
        user: Annotated[Text, Query(description="Left out: someone who has not signed in.")] = "",
        client: Annotated[Text, Query(description="The client's address.")] = "",
        tier: Text = "",
        risk: Risk = Risk.LOW,
        country: Annotated[Text, Query(description="Instead of looking the address up.")] = "",
        region: Annotated[Text, Query(description="Left out: the one that serves the country.")] = "",
        action: Annotated[Text, Query(description="Left out: whatever they do.")] = "",
    ) -> ExplainedOut:
        """What each limit comes to for a user or a client right now, and why."""
        who = _who(control, user, client, tier, risk, country, region)
        if action:
            action_name(control.config(), action)
        state = state_of(control)
        chosen, trouble = await _chosen(control)
        return ExplainedOut(
            user=who.user,
            tier=who.tier,
            risk=who.risk,
            client=who.client,
            country=who.country,
            region=who.region,
            action=action,
            limits=[_standing(each, chosen) for each in explain(control.config(), who, action, state)],
            resets=max(state.resets.get(who.user, 0), state.resets.get(who.client, 0)),
            trouble=trouble,
        )

    return routes


def _who(control: Control, user: str, client: str, tier: str, risk: Risk, country: str, region: str) -> Who:
    config = control.config()
    address = client_of(section(config), client) if client else ""
    found = country or (control.countries.country(address.partition("/")[0]) if address else "")
    if region:
        known_name(region, config.regions, "region")
    return Who(user_id(user) if user else "", tier, risk, address, found.upper(), region)


async def _chosen(control: Control) -> tuple[dict[tuple[str, str], Override], str]:
    """(user or client, limit) -> its override, and what could not be looked up."""
    try:
        found = await Overrides(control.database).in_force(control.clock.now())
    except AWAY:
        return {}, "PostgreSQL is away: who chose an override, and until when, cannot be looked up now"
    return {(each.subject, each.policy): each for each in found}, ""


def _policy(standing: Standing) -> PolicyOut:
    policy = standing.policy
    return PolicyOut(
        name=standing.name,
        key=policy.key,
        actions=list(policy.actions),
        class_name=policy.class_ or "",
        rate=policy.rate,
        window=policy.window,
        burst=standing.quota.burst,
        tiers=policy.multiplied_by_tier,
        risk=policy.multiplied_by_risk,
        scope=policy.scope,
        on_failure=policy.on_failure,
        shadow=policy.shadow,
        each=policy.each,
        sentence=standing.sentence,
    )


def _standing(standing: Standing, chosen: dict[tuple[str, str], Override]) -> StandingOut:
    by = chosen.get((standing.counted, standing.name)) if standing.override else None
    return StandingOut(
        name=standing.name,
        key=standing.policy.key,
        scope=standing.policy.scope,
        shadow=standing.policy.shadow,
        quota=standing.quota.rate,
        window=standing.quota.window,
        burst=standing.quota.burst,
        counted=standing.counted,
        override=standing.override,
        chosen=ChosenOut(author=by.author, reason=by.reason, expires_at=by.expires_at) if by else None,
        sentence=standing.sentence,
    )
