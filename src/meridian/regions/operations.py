"""The Python API of routing: what HTTP and the command line do, for programs that run inside control.

    route_region, route_feature, get_failover_order      pure, from policy.py
    get_optimal_region_config, check_region_health       ask, from control's memory and PostgreSQL
    assign_user_region, set_user_region_override,
    drain, undrain                                       change: journalled as a person's decision, then carried out

What changes raises Unavailable while PostgreSQL is away, before anything has changed.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from meridian.core.decision import Decision, clip
from meridian.core.errors import Conflict, Finding, InvalidInput
from meridian.core.names import user_id
from meridian.feature import Caller, Control
from meridian.regions.drain.controller import Draining, drain_action, return_action
from meridian.regions.drain.judge import gone
from meridian.regions.drain.rates import measure
from meridian.regions.drain.store import Drains
from meridian.regions.drain.survivors import Verdict, verdict
from meridian.regions.health import RegionHealth, check, down
from meridian.regions.homes.controller import Placing, home_action, override_action
from meridian.regions.homes.known import AWAY, Known, away, look_up, state_of
from meridian.regions.homes.store import OPERATOR, Home, Homes, Override, Overrides
from meridian.regions.latency.histogram import Measured
from meridian.regions.latency.network import network_of
from meridian.regions.latency.optimal import OptimalAnswer, choose
from meridian.regions.latency.store import Measurements
from meridian.regions.names import feature_name, region_name
from meridian.regions.policy import expand, get_failover_order, route_feature, route_region
from meridian.regions.settings import Routing

__all__ = [
    "DrainRefused",
    "Drained",
    "assign_user_region",
    "check_region_health",
    "drain",
    "get_failover_order",
    "get_optimal_region_config",
    "route_feature",
    "route_region",
    "set_user_region_override",
    "undrain",
]

LONGEST_DRAIN = 86400.0
"""Seconds."""
_DRAIN_LOCK = 0x647261696E


@dataclass(frozen=True, slots=True)
class Drained:
    """decision: as journalled. verdict: what the check before a drain found; also where it was overridden by force."""

    decision: Decision
    locations: tuple[str, ...]
    verdict: Verdict


class DrainRefused(Conflict):
    """The survivors cannot carry it. findings: each of the reasons."""

    kind = "drain-refused"

    def __init__(self, name: str, found: Verdict) -> None:
        super().__init__(
            f"draining {name} is refused: {found.objections[0]}",
            "add a location that residency allows, or say force (--force) to drain all the same",
        )
        self.findings = tuple(Finding((), objection) for objection in found.objections)


async def get_optimal_region_config(
    control: Control, caller: Caller, feature: str, known: Known | None = None
) -> OptimalAnswer:
    """Where this caller does best to send a feature's requests. known: where it was looked up already. Raises NotFound."""
    config = control.config()
    name = feature_name(config, feature)
    known = known or await look_up(control, caller)
    return choose(
        config,
        known.facts,
        name,
        preferences=state_of(control).preferences,
        network=await network_latency(control, caller.address),
        away=away(control, config.features[name].service),
    )


async def network_latency(control: Control, address: str) -> dict[str, Measured]:
    """region -> what the address's own network measured within the window; empty while PostgreSQL is away."""
    network = network_of(address)
    since = control.clock.now() - timedelta(seconds=control.config().section(Routing).window)
    try:
        return dict(await Measurements(control.database).network(network, since)) if network else {}
    except AWAY:
        return {}


def check_region_health(control: Control, region: str) -> RegionHealth:
    """Every service in every location of the region, from its edges' reports. Raises NotFound."""
    return check(control.config(), control.reports(), state_of(control).drains, region)


async def assign_user_region(control: Control, user: str, region: str, by: str, reason: str) -> Decision:
    """Stores a user's home. It takes effect with the user's next home token, within its lifetime at most.

    Raises NotFound for an unknown region, InvalidInput for an impossible user id."""
    name, id = region_name(control.config(), region), user_id(user)
    before = await Homes(control.database).get(id)
    home = Home(id, name, OPERATOR, by, control.clock.now())
    was = f" instead of {before.region}" if before and before.region != name else ""
    decision = Decision(
        controller=OPERATOR,
        kind="home",
        subject=id,
        sentence=clip(f"{by} assigned {_short(id)} to {name}{was}: {reason}"),
        evidence={"before": before.region if before else None, "after": name},
        action=home_action(home, id),
        undo=home_action(before, id),
        actor=by,
        reason=reason,
    )
    return await _carry_out(control, Placing(control), decision)


async def set_user_region_override(
    control: Control, user: str, region: str | None, by: str, reason: str, expires: datetime | None = None
) -> Decision:
    """Places a user in a region whatever the other rules say, on every edge; None clears it. expires: None for until cleared.

    Returns once the edges' snapshots are made. Raises NotFound, InvalidInput, and Conflict where there is none to clear."""
    id, now = user_id(user), control.clock.now()
    before = await Overrides(control.database).get(id, now)
    if region is None:
        if before is None:
            raise Conflict(f"{_short(id)} has no override", "list them with GET /infrastructure/overrides")
        sentence = f"{by} cleared the override of {_short(id)} to {before.region}: {reason}"
        after = None
    else:
        if expires is not None and expires <= now:
            raise InvalidInput(
                "the override would have expired already", "give a time in the future, or none"
            )
        name = region_name(control.config(), region)
        after = Override(id, name, reason, by, now, expires)
        until = f" until {expires:%Y-%m-%d %H:%M} UTC" if expires else ""
        sentence = f"{by} placed {_short(id)} in {name}{until}: {reason}"
    decision = Decision(
        controller=OPERATOR,
        kind="override" if after else "override-cleared",
        subject=id,
        sentence=clip(sentence),
        evidence={"before": before.region if before else None, "after": after.region if after else None},
        action=override_action(after, id),
        undo=override_action(before, id),
        actor=by,
        reason=reason,
    )
    return await _carry_out(control, Placing(control), decision)


async def drain(
    control: Control, name: str, over: float, by: str, reason: str, *, force: bool = False
) -> Drained:
    """Takes a location's traffic away, or that of all locations of a region, in a straight line over `over` seconds.

    Before that it is checked that the others can carry it; what they can't raises DrainRefused, unless `force`. Not even then
    does a request leave its residency set: it gets 503."""
    if not 0.0 <= over <= LONGEST_DRAIN:
        raise InvalidInput(
            f"a drain takes 0 s to {LONGEST_DRAIN / 3600:g} h, not {over:g} s", "write for example 60s"
        )
    async with _one_at_a_time(control):
        return await _drain(control, name, over, by, reason, force)


async def _drain(control: Control, name: str, over: float, by: str, reason: str, force: bool) -> Drained:
    config = control.config()
    drains = await Drains(control.database).all()
    locations = tuple(sorted(expand(config, [name]) - gone(drains)))
    if not locations:
        raise Conflict(f"{name} is drained already, or about to be", "see GET /infrastructure/drains")
    rates = {}
    if any(location.capacity is not None for location in config.locations.values()):
        rates = dict(await measure(control.reports, control.clock))
    found = verdict(config, locations, down(config, control.reports()) | gone(drains), rates)
    if not found.carried and not force:
        raise DrainRefused(name, found)
    forced = ", forced" if not found.carried else ""
    decision = Decision(
        controller=OPERATOR,
        kind="drain",
        subject=name,
        sentence=clip(f"{by} drains {_all(name, locations)} over {over:g} s{forced}: {reason}"),
        evidence={
            "objections": list(found.objections),
            "unknown": list(found.unknown),
            "carriers": dict(found.carriers or {}),
            "rates": rates,
        },
        action=drain_action(locations, over),
        undo=return_action(locations, _return_over(control)),
        actor=by,
        reason=reason,
    )
    return Drained(await _carry_out(control, Draining(control), decision), locations, found)


async def undrain(control: Control, name: str, by: str, reason: str) -> Drained:
    """Gives the traffic back, as slowly as the slowest service's `return_over` asks for. Raises Conflict where none is away."""
    drains = {drain.location: drain for drain in await Drains(control.database).all() if not drain.returning}
    locations = tuple(sorted(expand(control.config(), [name]) & drains.keys()))
    if not locations:
        raise Conflict(f"{name} is not drained", "see GET /infrastructure/drains")
    over = _return_over(control)
    decision = Decision(
        controller=OPERATOR,
        kind="undrain",
        subject=name,
        sentence=clip(f"{by} returns {_all(name, locations)} over {over:g} s: {reason}"),
        action=return_action(locations, over),
        undo=drain_action(locations, max(drains[location].over for location in locations)),
        actor=by,
        reason=reason,
    )
    return Drained(await _carry_out(control, Draining(control), decision), locations, Verdict())


@asynccontextmanager
async def _one_at_a_time(control: Control) -> AsyncIterator[None]:
    """Two drains that are each fine alone may be too much together, so no two are checked at the same time."""
    async with control.database.connection() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", (_DRAIN_LOCK,))
        yield


async def _carry_out(control: Control, actuator: Placing | Draining, decision: Decision) -> Decision:
    [stored] = await control.journal.write([decision])
    await actuator.actuate(stored)
    return stored


def _return_over(control: Control) -> float:
    return max(service.return_over for service in control.config().services.values())


def _all(name: str, locations: Sequence[str]) -> str:
    return name if name in locations else f"{name} ({', '.join(locations)})"


def _short(user: str) -> str:
    return user if len(user) <= 40 else f"{user[:39]}…"
