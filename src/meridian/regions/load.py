"""Reads what operators and measurements added to the policy, for the next compilation."""

from meridian.feature import Control
from meridian.regions.drain.judge import shares
from meridian.regions.drain.store import Drains
from meridian.regions.homes.store import Overrides
from meridian.regions.latency.store import Measurements
from meridian.regions.state import RegionsState


async def load(control: Control) -> RegionsState:
    """As of now. Raises Unavailable while PostgreSQL is away; control then keeps the state it has."""
    now, config = control.clock.now(), control.config()
    overrides = await Overrides(control.database).regions(now)
    drains = await Drains(control.database).all()
    return RegionsState(
        overrides={user: region for user, region in overrides.items() if region in config.regions},
        drains=shares(config, drains, now),
        preferences=await Measurements(control.database).preferences(),
    )
