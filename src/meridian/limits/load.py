"""Reads what operators chose about limits, for the next compilation."""

from datetime import timedelta

from meridian.feature import Control
from meridian.limits.applies import section
from meridian.limits.settings import Limits
from meridian.limits.state import Lift, LimitsState
from meridian.limits.store import Kind, Lifts, Overrides, Resets


async def load(control: Control) -> LimitsState:
    """As of now. Raises Unavailable while PostgreSQL is away; control then keeps the state it has."""
    now, limits = control.clock.now(), section(control.config())
    rates: dict[Kind, dict[str, dict[str, int]]] = {"user": {}, "client": {}}
    for override in await Overrides(control.database).in_force(now):
        if override.policy in limits.policies:
            rates[override.kind].setdefault(override.subject, {})[override.policy] = override.rate
    lifts = await Lifts(control.database).since(now - timedelta(seconds=longest_block(limits)))
    return LimitsState(
        users=rates["user"],
        clients=rates["client"],
        resets=await Resets(control.database).generations(),
        lifted=tuple(Lift(each.kind, each.subject, each.lifted_at.timestamp()) for each in lifts),
    )


def longest_block(limits: Limits) -> float:
    """Seconds: no block is older, so a lift that is older lifts nothing."""
    return max((shield.longest for shield in limits.shields.values()), default=0.0)
