"""Blocks as edges report them."""

from dataclasses import replace
from datetime import timedelta

from meridian.limits.blocks import Block, Blocks, record_block_events
from tests.limits.control import Bench


async def test_blocks_are_listed_while_they_last_the_newest_first_and_told_twice_they_are_one(
    bench: Bench,
) -> None:
    now = bench.clock.now()
    first = Block("EU", "account", "a" * 32, "login", now - timedelta(minutes=5), now + timedelta(hours=1), 5)
    second = Block(
        "US", "address", "b" * 32, "login", now - timedelta(minutes=1), now + timedelta(hours=2), 7
    )
    for _ in range(2):
        await record_block_events(bench.database, [first, second], now)
    blocks = Blocks(bench.database)
    assert await blocks.in_force(now) == (second, first)
    assert await blocks.in_force(now, limit=1) == (second,)
    assert await blocks.in_force(now + timedelta(minutes=90)) == (second,)


async def test_a_block_that_ended_early_is_told_again_with_its_end(bench: Bench) -> None:
    now = bench.clock.now()
    block = Block("EU", "account", "a" * 32, "login", now, now + timedelta(hours=1), 5)
    await record_block_events(bench.database, [block], now)
    await record_block_events(bench.database, [replace(block, until=now)], now)
    assert await Blocks(bench.database).in_force(now) == ()


async def test_blocks_that_were_over_a_day_ago_are_forgotten(bench: Bench) -> None:
    now = bench.clock.now()
    old = Block("EU", "account", "a" * 32, "login", now - timedelta(days=3), now - timedelta(days=2), 5)
    await record_block_events(bench.database, [old], now)
    await record_block_events(bench.database, [], now)
    assert await Blocks(bench.database).in_force(old.began) == ()
