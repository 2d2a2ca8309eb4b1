"""What was used in a span of time, by region: from history's traffic and business events, and the inventory's instances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from meridian.costs.model import Use
from meridian.costs.settings import Costs
from meridian.telemetry.cube import Cube, merged
from meridian.telemetry.kinds import BUSINESS, GAUGE, PEOPLE, TRAFFIC, Kind

if TYPE_CHECKING:
    from meridian.config.inventory import Inventory
    from meridian.config.schema.root import Config
    from meridian.telemetry.history.history import History

USERS = "users"


@dataclass(frozen=True, slots=True)
class Measured:
    """traffic: TRAFFIC by region and feature. business: by region and type. people: PEOPLE by region and who. since: from when on
    anything was measured; None: never."""

    traffic: Cube
    business: Cube
    people: Cube
    since: datetime | None = None


async def measured(history: History, since: datetime, until: datetime) -> Measured:
    """Raises Unavailable while PostgreSQL is away."""
    step = await history.step(since, until)
    began = await _began(history, since, until, step)

    async def whole(kind: Kind, by: Sequence[str], sketches: bool) -> Cube:
        steps = await history.cubes(kind, since, until, step, by=by, sketches=sketches)
        return merged((cube for _, cube in steps), kind)

    return Measured(
        await whole(TRAFFIC, ("region", "feature"), False),
        await whole(BUSINESS, ("region", "type"), False),
        await whole(PEOPLE, ("region", "who"), True),
        began,
    )


async def _began(history: History, since: datetime, until: datetime, step: int) -> datetime | None:
    """When the first thing was measured in this time, to 10 seconds where so much is kept. GAUGE is told also without traffic."""
    found: list[datetime] = []
    for kind in (TRAFFIC, GAUGE):
        steps = await history.cubes(kind, since, until, step, sketches=False)
        if not steps:
            continue
        first = datetime.fromtimestamp(steps[0][0], UTC)
        if first > since:
            end = min(first + timedelta(seconds=step), until)
            steps = await history.cubes(kind, first, end, await history.step(first, end), sketches=False)
            first = datetime.fromtimestamp(steps[0][0], UTC) if steps else first
        found.append(max(first, since))
    return min(found, default=None)


def uses(costs: Costs, config: Config, inventory: Inventory, found: Measured) -> dict[str, Use]:
    """Region -> what was used there, for every region of the configuration."""
    return {
        region: Use(
            requests=_sum(found.traffic, 0, region=[region]),
            bytes_out=_sum(found.traffic, 2, region=[region]),
            ai_requests=_sum(found.traffic, 0, region=[region], feature=costs.ai.features),
            cdn_bytes=_sum(found.business, 1, region=[region], type=["cdn.kilobytes"]) * 1000,
            purchases=_sum(found.business, 0, region=[region], type=["token.purchased"]),
            earned=_sum(found.business, 1, region=[region], type=["token.earned"]),
            users=people(found.people, [region]),
            instances=instances(config, inventory, region),
        )
        for region in config.regions
    }


def people(cube: Cube, regions: Sequence[str] | None = None) -> float:
    """Distinct users of these regions (of all), each once."""
    where: Mapping[str, Sequence[str]] = {"who": [USERS]} | ({} if regions is None else {"region": regions})
    return sum(
        cell.distinct.estimate()
        for cell in cube.grouped((), where).cells.values()
        if cell.distinct is not None
    )


def instances(config: Config, inventory: Inventory, region: str) -> int:
    """Different addresses in the region's locations: what answers for several services is one instance."""
    found = {
        address
        for location in config.regions[region].locations
        for addresses in inventory.instances.get(location, {}).values()
        for address in addresses
    }
    return len(found)


def _sum(cube: Cube, place: int, **where: Sequence[str]) -> float:
    return sum(cell.sums[place] for cell in cube.grouped((), where).cells.values())
