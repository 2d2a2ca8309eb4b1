"""The machine's civil clock jumps by years, both ways: an edge does not notice."""

from datetime import UTC, datetime, timedelta

import pytest

from meridian.core.clock import SystemClock
from tests.envoy.agent.conftest import World, until
from tests.envoy.agent.snapshots import snapshot

YEARS = timedelta(days=3653)


class Jumping(SystemClock):
    """The machine's clock, moved."""

    def __init__(self) -> None:
        self.skew = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.skew


@pytest.mark.parametrize("skew", [YEARS, -YEARS], ids=["forwards", "backwards"])
async def test_what_it_does_takes_as_long_as_ever(world: World, skew: timedelta) -> None:
    world.clock = clock = Jumping()
    agent = await world.serve(snapshot(world.port))
    await until(lambda: bool(agent.state.health))

    clock.skew = skew
    second = snapshot(world.port, answer="two")
    world.control.publish(second)
    assert await world.in_force(agent, second) < 3
    assert await world.ask() == "two"

    # A refusal is dated by the moved clock, as all that people read; its end does not wait for it.
    bad = snapshot(world.port, answer="bad", lua="function envoy_on_request(")
    world.control.publish(bad)
    await until(lambda: agent.state.rejection is not None)
    assert agent.state.rejection is not None
    at = datetime.fromisoformat(agent.state.rejection.at)
    assert abs(at - clock.now()) < timedelta(minutes=1)
    third = snapshot(world.port, answer="three")
    world.control.publish(third)
    assert await world.in_force(agent, third) < 3

    reports = len(world.control.reports)
    await until(lambda: len(world.control.reports) > reports + 1, within=6)
    last = world.control.last
    assert last is not None
    assert (last.digest, last.envoy, last.sentence) == (third.digest, "live", "")


async def test_health_that_did_not_change_keeps_its_date(world: World) -> None:
    world.clock = clock = Jumping()
    agent = await world.serve(snapshot(world.port))
    await until(lambda: bool(agent.state.health))
    since = {each.cluster: each.since for each in agent.state.health}
    seen = agent.state.health
    clock.skew = -YEARS
    await until(lambda: agent.state.health is not seen)
    assert {each.cluster: each.since for each in agent.state.health} == since
