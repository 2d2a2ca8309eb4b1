"""An edge whose disk is full, really: its folder is a file system of 6 MB. It keeps serving, says so, and goes on when there is
space again."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from tests.envoy.agent.conftest import World, until
from tests.envoy.agent.snapshots import snapshot


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mounted where the edge's folder will be, before there is an edge, and until it is gone."""
    folder = tmp_path / "edge"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=6m", "meridian-test", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        pytest.skip(f"there is no `mount` here: {error}")
    if mounted.returncode:
        pytest.skip(f"mounting a small file system needs root: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


async def test_it_serves_says_so_and_takes_the_new_snapshot_when_there_is_space(
    small_disk: Path, world: World
) -> None:
    world.control.publish(snapshot(world.port))
    async with agent(world):
        assert await world.ask() == "one"
        filler = fill(small_disk)

        second = snapshot(world.port, answer="two")
        world.control.publish(second)
        await until(lambda: rejected(world) == second.digest)
        assert "No space left on device" in sentence(world)
        assert await world.ask() == "one"

        filler.unlink()
        await until(lambda: said(world) == second.digest, within=15)
        assert await world.ask() == "two"
        await until(lambda: sentence(world) == "")
        assert not half_written(small_disk)


async def test_agent_and_envoy_are_started_again_while_it_is_full(small_disk: Path, world: World) -> None:
    first = snapshot(world.port)
    world.control.publish(first)
    async with agent(world) as process:
        filler = fill(small_disk)
        reported = world.control.last
        assert reported is not None
        os.kill(reported.pid, signal.SIGKILL)
        process.send_signal(signal.SIGKILL)
        await process.wait()
    world.control.reports.clear()
    async with agent(world):
        assert await world.ask() == "one"
        filler.unlink()
        second = snapshot(world.port, answer="two")
        world.control.publish(second)
        await until(lambda: said(world) == second.digest, within=15)
        assert await world.ask() == "two"


@asynccontextmanager
async def agent(world: World) -> AsyncIterator[asyncio.subprocess.Process]:
    """In a process of its own, whose edge is live."""
    token = world.home.parent / "token"
    token.write_text(world.control.token)
    arguments = ("-m", "tests.envoy.agent.running", str(world.home), world.control.url, str(token))
    root = Path(__file__).parents[3]
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=root)
    try:
        await until(
            lambda: (last := world.control.last) is not None and last.envoy == "live" and last.digest != ""
        )
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def fill(folder: Path) -> Path:
    """Until not one byte more is taken."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            with suppress(OSError):
                while True:
                    file.write(b"x" * size)
        with pytest.raises(OSError, match="No space left"):
            file.write(b"x")
    return filler


def half_written(folder: Path) -> list[Path]:
    return list(folder.rglob(".*"))


def said(world: World) -> str:
    return world.control.last.digest if world.control.last else ""


def sentence(world: World) -> str:
    return world.control.last.sentence if world.control.last else ""


def rejected(world: World) -> str:
    last = world.control.last
    return last.rejection.digest if last and last.rejection else ""
