"""Blocks as edges report them."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from meridian.limits.blocks import Block, Blocks, record_block_events
from tests.limits.control import Bench

HOUR = timedelta(hours=1)


def begun(at: datetime, subject: str = "a", lasting: timedelta = HOUR, **other: Any) -> dict[str, Any]:
    return {
        "event": "block",
        "t": at.timestamp(),
        "kind": "account",
        "shield": "login",
        "subject": subject * 32,
        "until": (at + lasting).timestamp(),
        "blocks": 1,
        **other,
    }


async def record(bench: Bench, *events: dict[str, Any], region: str = "EU") -> None:
    async with bench.database.connection() as connection:
        await record_block_events(connection, region, events, bench.clock.now())


async def test_blocks_are_listed_while_they_last_the_newest_first_and_told_twice_they_are_one(
    bench: Bench,
) -> None:
    now = bench.clock.now()
    older, newer = begun(now - timedelta(minutes=5)), begun(now, "b", 2 * HOUR, kind="address")
    for _ in range(2):
        await record(bench, older, newer)
    await record(bench, older, region="US")
    blocks = Blocks(bench.database)
    assert [(each.region, each.subject[0]) for each in await blocks.in_force(now)] == [
        ("EU", "b"),
        ("EU", "a"),
        ("US", "a"),
    ]
    assert (await blocks.in_force(now, most=1))[0] == Block(
        "EU", "login", "address", "b" * 32, now, now + 2 * HOUR, 1
    )
    assert [each.subject[0] for each in await blocks.in_force(now + timedelta(minutes=90))] == ["b"]


async def test_a_block_that_ended_early_is_over_and_the_next_one_is_not(bench: Bench) -> None:
    now = bench.clock.now()
    end = {name: value for name, value in begun(now).items() if name != "until"} | {
        "event": "unblock",
        "t": now.timestamp() + 60,
    }
    await record(bench, begun(now), begun(now, "b"), end, begun(now + timedelta(minutes=2)))
    found = await Blocks(bench.database).in_force(now + timedelta(minutes=1))
    assert [(each.subject[0], each.began - now) for each in found] == [
        ("a", timedelta(minutes=2)),
        ("b", timedelta(0)),
    ]


async def test_blocks_that_were_over_a_day_ago_are_forgotten(bench: Bench) -> None:
    now = bench.clock.now()
    await record(bench, begun(now))
    bench.clock.advance(26 * 3600)
    await record(bench, begun(now - timedelta(days=3)))
    assert await Blocks(bench.database).in_force(now - timedelta(days=4)) == ()


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "user"}, {"event": "counts"}, {"t": "now"}, {"until": -1}, {"blocks": "5"}, {"subject": ""}],
)
async def test_what_is_no_block_is_left_out(bench: Bench, wrong: dict[str, Any]) -> None:
    now = bench.clock.now()
    await record(bench, begun(now, "b") | wrong, begun(now))
    assert [each.subject[0] for each in await Blocks(bench.database).in_force(now)] == ["a"]
