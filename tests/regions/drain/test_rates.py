"""Rates out of counters, while they change."""

import asyncio

from meridian.core.clock import FakeClock
from meridian.envoy.report import EdgeReport
from meridian.regions.drain.rates import measure
from tests.regions.bench import report


class Edges:
    """Each look is a second later; each edge's counter grows by its rate every two."""

    def __init__(self, clock: FakeClock, **per_second: int) -> None:
        self.clock, self.per_second = clock, per_second

    def __call__(self) -> dict[str, list[EdgeReport]]:
        self.clock.advance(1.0)
        ticks = int(self.clock.monotonic()) // 2
        return {
            name: [report(name, requests=1000 + ticks * 2 * rate)] for name, rate in self.per_second.items()
        }


async def test_the_rate_is_what_a_counter_grew_by() -> None:
    clock = FakeClock()
    async with asyncio.timeout(5):
        found = await measure(Edges(clock, EU=500, US=20), clock, deadline=20)
    assert found == {"EU": 500.0, "US": 20.0}


async def test_the_edges_of_a_region_add_up() -> None:
    clock = FakeClock()

    def two() -> dict[str, list[EdgeReport]]:
        clock.advance(1.0)
        count = int(clock.monotonic()) * 100
        return {"EU": [report("EU", "a", requests=count), report("EU", "b", requests=count)]}

    assert await measure(two, clock, deadline=20) == {"EU": 200.0}


async def test_an_edge_without_a_counter_has_no_known_rate_and_one_that_rests_has_none() -> None:
    clock = FakeClock()
    still = Edges(clock, EU=0)

    def reports() -> dict[str, list[EdgeReport]]:
        return {**still(), "US": [report("US", requests=0)]}

    assert await measure(reports, clock, deadline=3) == {"EU": 0.0, "US": None}


async def test_nobody_reports_nothing_is_known() -> None:
    clock = FakeClock()

    def silence() -> dict[str, list[EdgeReport]]:
        clock.advance(1.0)
        return {}

    assert await measure(silence, clock, deadline=3) == {}


async def test_an_edge_that_started_anew_is_measured_from_then() -> None:
    clock = FakeClock()

    def restarted() -> dict[str, list[EdgeReport]]:
        clock.advance(1.0)
        at = int(clock.monotonic())
        return {"EU": [report("EU", requests=9000 if at == 1 else (at - 2) * 50)]}

    assert await measure(restarted, clock, deadline=20) == {"EU": 50.0}
