"""The line's own rules, over a wire that does as it is told."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from meridian.limits.exact.line import AWAY, FIRST_PAUSE, LONGEST_PAUSE, Line, pause
from meridian.limits.exact.wire import Away, Command, Reply
from tests.support.waiting import eventually


@dataclass
class Store:
    """batches: as they came. held: answers wait for it. broken: every exchange fails."""

    batches: list[list[Command]] = field(default_factory=list)
    held: asyncio.Event = field(default_factory=asyncio.Event)
    broken: bool = False
    connects: int = 0
    closed: int = 0
    ended: bool = False
    reachable: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.reachable.set()

    async def connect(self) -> None:
        self.connects += 1
        await self.reachable.wait()
        self.ended = False

    async def exchange(self, commands: Sequence[Command]) -> list[Reply]:
        if self.broken:
            raise Away("broken")
        if commands[0][0] != "SET":
            self.batches.append(list(commands))
            await self.held.wait()
        return [f"answer to {command[0]}" for command in commands]

    async def close(self) -> None:
        self.closed += 1


@asynccontextmanager
async def line(store: Store, deadline: float = 5.0) -> AsyncIterator[tuple[Line, list[Reply], list[str]]]:
    told: list[str] = []
    made = Line(lambda: store, deadline, told.append)
    await made.open()
    yield made, [], told
    await made.close()


async def test_what_comes_in_one_turn_goes_out_together_and_what_comes_meanwhile_waits_for_the_next() -> None:
    store = Store()
    async with line(store) as (made, heard, _):
        for name in ("a", "b", "c"):
            made.ask((name,), heard.append)
        await eventually(lambda: len(store.batches) == 1)
        for name in ("d", "e"):
            made.ask((name,), heard.append)
        store.held.set()
        await eventually(lambda: len(heard) == 5)
        assert store.batches == [[("a",), ("b",), ("c",)], [("d",), ("e",)]]
        assert heard == [f"answer to {name}" for name in "abcde"]


async def test_one_late_answer_tells_everybody_at_once_and_nobody_waits_again() -> None:
    store = Store()
    async with line(store, 0.05) as (made, heard, told):
        made.ask(("a",), heard.append)
        await eventually(lambda: bool(store.batches))
        made.ask(("b",), heard.append)
        await eventually(lambda: len(heard) == 2)
        assert heard == [AWAY, AWAY]
        assert told[0] == "no answer within 50 ms"
        await eventually(lambda: not made.away)
        assert told[-1] == ""
        assert store.closed == 1


async def test_while_it_is_away_answers_come_at_once_and_it_tries_ever_more_seldom() -> None:
    store = Store(broken=True)
    async with line(store) as (made, heard, _):
        assert made.away
        made.ask(("a",), heard.append)
        assert heard == [AWAY]
        await eventually(lambda: store.connects >= 4)
        store.broken = False
        await eventually(lambda: not made.away)


async def test_a_connection_that_ended_while_idle_is_made_anew_before_anybody_asks() -> None:
    store = Store()
    async with line(store) as (made, heard, told):
        store.ended = True
        await eventually(lambda: store.connects == 2 and store.closed == 1)
        store.held.set()
        made.ask(("a",), heard.append)
        await eventually(lambda: heard == ["answer to a"])
        assert told == []


async def test_what_is_asked_as_the_connection_ends_waits_for_another_and_is_sent_once() -> None:
    store = Store()
    store.held.set()
    async with line(store) as (made, heard, told):
        store.ended = True
        store.reachable.clear()
        made.ask(("a",), heard.append)
        await eventually(lambda: store.connects == 2)
        made.ask(("b",), heard.append)
        assert heard == []
        store.reachable.set()
        await eventually(lambda: len(heard) == 2)
        assert store.batches == [[("a",), ("b",)]]
        assert (heard, told) == (["answer to a", "answer to b"], [])


async def test_a_store_that_cannot_be_reached_again_in_time_is_away() -> None:
    store = Store()
    async with line(store, 0.05) as (made, heard, told):
        store.reachable.clear()
        store.ended = True
        await eventually(lambda: store.connects == 2)
        assert not made.away, "nobody waits yet"
        made.ask(("a",), heard.append)
        await eventually(lambda: heard == [AWAY])
        assert told == ["no answer within 50 ms"]
        store.reachable.set()
        await eventually(lambda: not made.away)


async def test_a_batch_that_may_have_been_carried_out_is_not_sent_again() -> None:
    store = Store()
    async with line(store) as (made, heard, _):
        store.broken = True
        made.ask(("a",), heard.append)
        await eventually(lambda: heard == [AWAY])
        store.broken = False
        store.held.set()
        await eventually(lambda: not made.away)
        assert store.batches == []


async def test_a_line_that_closes_answers_what_waits() -> None:
    store = Store()
    async with line(store) as (made, heard, _):
        made.ask(("a",), heard.append)
        await eventually(lambda: bool(store.batches))
    assert heard == [AWAY]


def test_pauses_grow_and_no_two_edges_come_back_together() -> None:
    assert pause(0, 1.0) == FIRST_PAUSE
    assert pause(3, 0.0) == FIRST_PAUSE * 4
    assert pause(3, 1.0) == FIRST_PAUSE * 8
    assert pause(1000, 1.0) == LONGEST_PAUSE
