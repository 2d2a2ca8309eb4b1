"""Why a request goes where it goes, for operators."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from meridian.core.errors import InvalidInput
from meridian.core.names import user_id
from meridian.core.principal import Principal, Role
from meridian.envoy.identity import EXPLAIN_HEADER
from meridian.feature import Control
from meridian.regions.api.fields import NamePath, Text
from meridian.regions.explain import explain
from meridian.regions.health import down
from meridian.regions.homes.known import AWAY, state_of
from meridian.regions.homes.store import Homes
from meridian.regions.homes.tokens import explain_token
from meridian.regions.latency.network import network_of
from meridian.regions.names import feature_name, region_name
from meridian.regions.policy import Facts, expand, get_failover_order, targets

ASKED = "down, as you asked"
SEEN = "down: its edge reaches no healthy instance"
DRAINED = "drained by an operator"


class ExplainToken(BaseModel):
    """token: for the request header that `header` names; the answer then says in `x-meridian-route` why it went where it went."""

    token: str
    header: str
    expires_in: int


class LinkOut(BaseModel):
    """wrong: why no request goes there now, or empty."""

    location: str
    wrong: str


class ChainOut(BaseModel):
    """target: a region that requests for the feature may go to. chain: empty where residency leaves no location."""

    feature: str
    target: str
    chain: list[LinkOut]


class FailoverOut(BaseModel):
    region: str
    chains: list[ChainOut]


def router(control: Control) -> APIRouter:
    routes = APIRouter(tags=["routing"])
    ops = control.requires(Role.OPS)

    @routes.get("/route/explain", dependencies=[Depends(ops)])
    async def explained(
        ip: Annotated[Text, Query(description="The client's address.")] = "",
        user: Annotated[Text, Query(description="Their override and stored home are looked up.")] = "",
        feature: Annotated[Text, Query(description="Left out: only the user's region.")] = "",
        tier: Text = "",
        home: Annotated[Text, Query(description="A stored home, instead of looking it up.")] = "",
        declared: Annotated[Text, Query(description="The country that the app declares.")] = "",
        country: Annotated[Text, Query(description="Instead of looking the address up.")] = "",
        down: Annotated[list[Text], Query(description="Locations or regions to take as down.")] = [],  # noqa: B006
    ) -> dict[str, Any]:
        """The rules in order and the one that decided, the target, and the chain with what is wrong in it."""
        config = control.config()
        if ip and not network_of(ip):
            raise InvalidInput(
                f"{ip[:60]!r} is not an address", "write for example 81.2.69.142 or 2001:db8::1"
            )
        if home:
            region_name(config, home)
        stored, trouble = (home, "") if home or not user else await _home(control, user_id(user))
        facts = Facts(
            user,
            state_of(control).overrides.get(user, ""),
            stored,
            (country or control.countries.country(ip)).upper() if country or ip else "",
            declared.upper(),
        )
        service = config.features[feature_name(config, feature)].service if feature else ""
        found = explain(
            config,
            facts,
            feature,
            address=ip,
            tier=tier,
            wrong=_wrong(control, service, frozenset(down)),
            preferences=state_of(control).preferences,
        )
        return {**found.as_json(), "trouble": trouble}

    @routes.get("/regions/{region}/failover", dependencies=[Depends(ops)])
    async def failover(region: NamePath) -> FailoverOut:
        """The locations that serve this region's users, in the order in which they are tried, feature by feature."""
        name = region_name(control.config(), region)
        chains = [chain for feature in control.config().features for chain in _chains(control, feature, name)]
        return FailoverOut(region=name, chains=chains)

    @routes.post("/explain-token")
    async def token(operator: Annotated[Principal, Depends(ops)]) -> ExplainToken:
        """A token with which an edge explains its answers, for an hour."""
        signed, lifetime = explain_token(control, operator.name)
        return ExplainToken(token=signed, header=EXPLAIN_HEADER, expires_in=lifetime)

    return routes


def _chains(control: Control, feature: str, user_region: str) -> list[ChainOut]:
    """One for each region that the feature's requests of these users may go to."""
    config = control.config()
    wrong = _wrong(control, config.features[feature].service, frozenset())
    orders = {
        target: get_failover_order(config, feature, user_region, target)
        for target in targets(config, feature, user_region)
    }
    return [
        ChainOut(
            feature=feature,
            target=target,
            chain=[LinkOut(location=location, wrong=wrong.get(location, "")) for location in order],
        )
        for target, order in orders.items()
    ]


async def _home(control: Control, user: str) -> tuple[str, str]:
    """The stored home, and what could not be looked up."""
    try:
        stored = await Homes(control.database).get(user)
    except AWAY:
        return "", "PostgreSQL is away: the stored home could not be looked up"
    return (stored.region if stored else ""), ""


def _wrong(control: Control, service: str, asked: frozenset[str]) -> dict[str, str]:
    """Location -> why no request goes there."""
    config = control.config()
    found = dict.fromkeys(sorted(down(config, control.reports(), service)), SEEN)
    found |= {name: DRAINED for name, share in state_of(control).drains.items() if share >= 1.0}
    names = [part for name in asked for part in name.split(",") if part]
    return found | dict.fromkeys(sorted(expand(config, names)), ASKED)
