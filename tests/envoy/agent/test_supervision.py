"""Envoy and its agent killed, restarted, replaced and stopped, with traffic running."""

import asyncio
import contextlib
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from meridian.core.errors import Conflict, Unavailable
from meridian.envoy.agent import register
from meridian.envoy.agent.build import build
from meridian.envoy.agent.process import EnvoyProcess, identity
from tests.envoy.agent.conftest import World, until
from tests.envoy.agent.snapshots import snapshot


@contextlib.asynccontextmanager
async def traffic(port: int, clients: int = 4) -> AsyncIterator[Counter[str]]:
    """Requests without pause, half on kept connections, half on new ones; what they came to, as it grows."""
    seen: Counter[str] = Counter()

    async def client(fresh: bool) -> None:
        connector = aiohttp.TCPConnector(force_close=fresh)
        async with aiohttp.ClientSession(connector=connector) as session:
            while True:
                try:
                    async with session.get(f"http://127.0.0.1:{port}/answer") as answer:
                        seen[f"{answer.status}"] += 1
                        await answer.read()
                except aiohttp.ClientError as error:
                    seen[type(error).__name__] += 1
                await asyncio.sleep(0.002)

    tasks = [asyncio.create_task(client(number % 2 == 0)) for number in range(clients)]
    try:
        yield seen
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_hot_restart_under_load_fails_no_request(world: World) -> None:
    agent = await world.serve(snapshot(world.port))
    old = agent.parts.supervisor.current
    assert old is not None
    async with traffic(world.port) as seen:
        await until(lambda: seen["200"] > 50)
        await agent.cycle.hot_restart()
        new = agent.parts.supervisor.current
        assert new is not None
        assert (new.pid, new.epoch, new.base_id) == (new.pid, 1, old.base_id)
        await until(lambda: not old.alive())
        before = seen["200"]
        await until(lambda: seen["200"] > before + 50)
    assert set(seen) == {"200"}
    await until(lambda: register.read(world.home / "envoy.pid") == [new])
    # And it can be done again.
    await agent.cycle.hot_restart()
    assert agent.parts.supervisor.current is not None
    assert agent.parts.supervisor.current.epoch == 2
    assert await world.ask() == "one"


async def test_where_hot_restart_is_impossible_a_new_envoy_takes_over_beside_the_old_one(
    world: World,
) -> None:
    agent = await world.serve(snapshot(world.port))
    old = agent.parts.supervisor.current
    assert old is not None
    # No parent answers at this id, so the child gives up.
    agent.parts.supervisor._roster.current = old.with_base_id(old.base_id + 1)
    async with traffic(world.port) as seen:
        await until(lambda: seen["200"] > 50)
        await agent.cycle.hot_restart()
        new = agent.parts.supervisor.current
        assert new is not None
        assert (new.epoch, new.pid != old.pid) == (0, True)
        before = seen["200"]
        await until(lambda: seen["200"] > before + 50)
        assert set(seen) == {"200"}
    await until(lambda: not old.alive(), within=15)
    assert await world.ask() == "one"


async def test_an_agent_that_is_killed_leaves_envoy_serving_and_the_next_one_adopts_it(world: World) -> None:
    world.control.publish(snapshot(world.port))
    token = world.home.parent / "token"
    token.write_text(world.control.token)
    arguments = ("-m", "tests.envoy.agent.running", str(world.home), world.control.url, str(token))
    root = Path(__file__).parents[3]
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=root)
    await until(
        lambda: (last := world.control.last) is not None and last.envoy == "live" and last.digest != ""
    )
    assert world.control.last is not None
    pid = world.control.last.pid
    async with traffic(world.port) as seen:
        await until(lambda: seen["200"] > 20)
        process.send_signal(signal.SIGKILL)
        await process.wait()
        world.control.publish(second := snapshot(world.port, answer="two"))
        agent = world.start()
        await world.in_force(agent, second)
    assert set(seen) == {"200"}
    assert agent.parts.supervisor.current is not None
    assert agent.parts.supervisor.current.pid == pid
    assert await world.ask() == "two"

    # An adopted Envoy is watched like one's own.
    os.kill(pid, signal.SIGKILL)
    await until(lambda: agent.reporting.report().pid != pid and agent.parts.supervisor.state == "live")
    assert await world.ask() == "two"


async def test_an_agent_killed_during_an_activation_is_put_right_by_the_next_one(world: World) -> None:
    first = snapshot(world.port)
    await world.serve(first)
    await world.abandon()
    half = snapshot(world.port, answer="half")
    (world.home / "xds/routes/public.json").write_bytes(half.resources["routes/public.json"])
    await world.control.stop()

    agent = world.start()
    await until(
        lambda: agent.parts.supervisor.state == "live" and agent.parts.files.current == first.resources
    )
    assert await world.ask() == "one"


async def test_a_hung_envoy_left_by_a_dead_agent_is_replaced(world: World) -> None:
    agent = await world.serve(snapshot(world.port))
    hung = agent.parts.supervisor.current
    assert hung is not None
    await world.abandon()
    os.kill(hung.pid, signal.SIGSTOP)
    agent = world.start()
    await until(lambda: agent.parts.supervisor.state == "live", within=15)
    await until(lambda: not hung.alive(), within=15)
    assert await world.ask() == "one"


async def test_the_envoy_of_a_dead_agent_can_be_stopped_without_one(world: World) -> None:
    agent = await world.serve(snapshot(world.port))
    left = agent.parts.supervisor.current
    assert left is not None
    await world.abandon()
    assert left.alive()
    (world.home / "envoy.pid").unlink()
    assert await asyncio.to_thread(register.stop_leftover, world.home) == 1
    assert not left.alive()
    assert await asyncio.to_thread(register.stop_leftover, world.home) == 0


async def test_leaving_lets_a_request_in_flight_finish(world: World) -> None:
    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        asked.set()
        await answer.wait()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nslow")
        await writer.drain()
        writer.close()

    asked, answer = asyncio.Event(), asyncio.Event()
    server = await asyncio.start_server(slow, "127.0.0.1", 0)
    upstream = server.sockets[0].getsockname()[1]
    agent = await world.serve(snapshot(world.port, upstream=upstream, agent={"drain": 8}))
    request = asyncio.create_task(world.ask("/chat"))
    await asked.wait()
    leaving = asyncio.create_task(world.leave())
    await until(lambda: agent.parts.supervisor.state == "draining")
    answer.set()
    assert await request == "slow"
    await leaving
    assert register.read(world.home / "envoy.pid") == []
    assert world.control.last is not None
    assert world.control.last.envoy == "down"
    server.close()


async def test_one_edge_has_one_agent(world: World) -> None:
    await world.serve(snapshot(world.port))
    with pytest.raises(Conflict, match="has an agent already"):
        await build(world.options()).run()


async def test_an_envoy_that_cannot_start_is_told_and_tried_again(world: World) -> None:
    agent = await world.serve(snapshot(world.port))
    routes = world.home / "xds/listeners.json"
    content = routes.read_bytes()
    routes.unlink()
    assert agent.parts.supervisor.current is not None
    os.kill(agent.parts.supervisor.current.pid, signal.SIGKILL)
    await until(lambda: "cannot be started" in agent.reporting.sentence())
    routes.write_bytes(content)
    await until(lambda: agent.parts.supervisor.state == "live")
    assert await world.ask() == "one"


async def test_a_start_that_fails_is_an_error_with_a_place_to_look(world: World) -> None:
    agent = build(world.options())
    with pytest.raises(Unavailable, match="ended as it started"):
        await agent.parts.supervisor.start()


def test_a_process_is_told_apart_from_a_later_one_with_its_id() -> None:
    own = EnvoyProcess(os.getpid(), identity(os.getpid()), Path("/run/admin sock"), 2, 7, "abc")
    assert own.alive()
    assert EnvoyProcess.parse(own.line()) == own
    assert not EnvoyProcess(os.getpid(), "1", Path("x")).alive()
    assert identity(2**22 + 1) == ""
