"""Windows with known content, and histories read back as something that can be compared."""

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from datasketches import hll_sketch, hll_union, tgt_hll_type

from meridian.telemetry.cube import Cube, Labels, Where, merged
from meridian.telemetry.distinct import SIZE, Distinct
from meridian.telemetry.history.history import History
from meridian.telemetry.history.levels import below
from meridian.telemetry.kinds import ACTION, EDGE, GAUGE, KINDS, MARKET, PEOPLE, TRAFFIC, Kind

Windows = dict[int, dict[str, Cube]]
Plain = dict[int, dict[Labels, tuple[Any, ...]]]

REGIONS = {"EU": ("europe-west1", "europe-west4"), "US": ("us-central1",), "APAC": ("asia-south1",)}


def window(dice: random.Random, cells: int = 4) -> dict[str, Cube]:
    """Of every kind, a little."""
    made = {kind.name: Cube(kind) for kind in (TRAFFIC, MARKET, ACTION, PEOPLE, EDGE, GAUGE)}
    for _ in range(cells):
        region = dice.choice(list(REGIONS))
        location = dice.choice(REGIONS[region])
        feature = dice.choice(["chat", "feed", "swipe"])
        status = dice.choice(["2xx", "2xx", "5xx", "429"])
        took = [int(dice.lognormvariate(4.5, 1.0)) for _ in range(dice.randrange(1, 20))]
        cell = made["traffic"].add(
            (region, location, feature, f"{feature}-service", "v1", status), len(took), 300.0, 1e6
        )
        assert cell.histogram is not None
        for value in took:
            cell.histogram.add(value)
        made["market"].add((dice.choice(["DE", "BR", "IN"]), region, location, "ok"), len(took))
        made["action"].add((feature, dice.choice(["free", "gold"]), region, ""), len(took))
        made["edge"].add((region, f"{region}-1", "connections"), 1, dice.randrange(100), dice.randrange(100))
        made["gauge"].add(("temperature", region, ""), 1, -0.25 * dice.randrange(9), dice.randrange(-9, 9))
        seen = made["people"].cell((region, "users")).distinct
        assert seen is not None
        seen.update(f"u{dice.randrange(400)}" for _ in range(60))
    return made


async def deliver(history: History, windows: Mapping[int, Mapping[str, Cube]], source: str = "EU-1") -> None:
    async with history.database.connection() as connection:
        await history.add(connection, "EU", source, windows, history.clock.now())


def raw(
    deliveries: Iterable[Mapping[int, Mapping[str, Cube]]],
    kind: Kind,
    step: int,
    by: Sequence[str] = (),
    where: Where | None = None,
) -> Plain:
    """What history must answer, from the windows themselves and with other code."""
    found: dict[int, list[Cube]] = {}
    for windows in deliveries:
        for start, cubes in windows.items():
            if kind.name in cubes:
                found.setdefault(below(start, step), []).append(cubes[kind.name])
    steps = {start: merged(cubes, kind).grouped(by, where) for start, cubes in sorted(found.items())}
    return {start: plain(cube) for start, cube in steps.items() if cube.cells}


def told(answer: Iterable[tuple[int, Cube]]) -> Plain:
    return {start: plain(cube) for start, cube in answer}


def plain(cube: Cube) -> dict[Labels, tuple[Any, ...]]:
    return {
        labels: (
            tuple(cell.sums),
            dict(sorted(cell.histogram.counts.items())) if cell.histogram else None,
            _seen(cell.distinct) if cell.distinct else None,
        )
        for labels, cell in sorted(cube.cells.items())
    }


def _seen(distinct: Distinct) -> int | bytes:
    """Few are counted exactly. Of more, the registers are the same in any order of uniting; the estimate made of them is not, by
    a fraction of its error."""
    union = hll_union(SIZE)
    union.update(hll_sketch.deserialize(distinct.to_bytes()))
    registers = bytes(union.get_result(tgt_hll_type.HLL_8).serialize_updatable())
    return registers[40:] if registers[7] & 3 == 2 else round(distinct.estimate())


def kinds() -> list[Kind]:
    return [kind for kind in KINDS.values() if kind.name != "business"]
