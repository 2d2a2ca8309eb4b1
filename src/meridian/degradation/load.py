"""Reads where the levels stand, for the next compilation."""

from collections.abc import Mapping

from meridian.config.schema.root import Config
from meridian.degradation.state import EVERYWHERE, DegradationState, Standing
from meridian.degradation.store import Levels
from meridian.feature import Control


async def load(control: Control) -> DegradationState:
    """Raises Unavailable while PostgreSQL is away; control then keeps the state it has."""
    return in_force(control.config(), await Levels(control.database).all())


def in_force(config: Config, standings: Mapping[str, Standing]) -> DegradationState:
    """The levels of regions that there are."""
    known = (EVERYWHERE, *config.regions)
    return DegradationState(
        {name: standings[name].level for name in known if name in standings and standings[name].level}
    )
