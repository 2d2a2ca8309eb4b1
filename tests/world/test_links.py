"""Links over real sockets: bytes arrive late, whole and in order; a cut link swallows them."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from meridian.core.errors import NotFound
from meridian.world.links import LinkPlan, Links, load
from meridian.world.ports import INTERNAL, _free, is_free


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.close()


@pytest.fixture
async def target() -> AsyncIterator[int]:
    server = await asyncio.start_server(_echo, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


@pytest.fixture
async def links(target: int) -> AsyncIterator[Links]:
    links = Links()
    await links.follow([LinkPlan("EU", "US", _free(set(), is_free), target, 0.06)])
    yield links
    links.close()


def port(links: Links) -> int:
    return next(iter(links.open.values()))[0].listen


async def test_an_answer_takes_a_whole_round_trip(links: Links) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port(links))
    times = []
    for _ in range(3):
        began = time.monotonic()
        writer.write(b"ping")
        assert await reader.readexactly(4) == b"ping"
        times.append(time.monotonic() - began)
    assert min(times) >= 0.058
    assert min(times) < 0.12
    writer.close()


async def test_much_data_arrives_whole_and_in_order_and_so_does_its_end(links: Links) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port(links))
    sent = b"".join(number.to_bytes(4, "big") for number in range(2_000_000 // 4))
    writer.write(sent)
    writer.write_eof()
    assert await asyncio.wait_for(reader.read(-1), 10) == sent
    writer.close()


async def test_a_cut_link_accepts_and_swallows_and_resets_what_lost_bytes(links: Links) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port(links))
    writer.write(b"a")
    assert await reader.readexactly(1) == b"a"
    links.set_cut("US", "EU", True)
    writer.write(b"b")
    _, other = await asyncio.open_connection("127.0.0.1", port(links))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.readexactly(1), 0.15)
    links.set_cut("EU", "US", False)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await asyncio.wait_for(reader.readexactly(1), 5)
    writer.close()
    reader, writer = await asyncio.open_connection("127.0.0.1", port(links))
    writer.write(b"c")
    assert await asyncio.wait_for(reader.readexactly(1), 5) == b"c"
    writer.close()
    other.close()


async def test_a_region_that_does_not_listen_resets_the_connection() -> None:
    links = Links()
    await links.follow([LinkPlan("EU", "US", _free(set(), is_free), 1, 0.01)])
    reader, writer = await asyncio.open_connection("127.0.0.1", port(links))
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await asyncio.wait_for(reader.readexactly(1), 5)
    writer.close()
    links.close()


async def test_a_new_plan_keeps_the_links_that_stay(links: Links, target: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port(links))
    plan = next(iter(links.open.values()))[0]
    added = LinkPlan("US", "EU", _free({plan.listen}, is_free), target, 0.01)
    await links.follow([plan, added])
    writer.write(b"still")
    assert await asyncio.wait_for(reader.readexactly(5), 5) == b"still"
    await links.follow([added])
    assert list(links.open) == [("US", "EU")]
    writer.close()


async def test_a_link_that_is_not_there_cannot_be_cut(links: Links) -> None:
    with pytest.raises(NotFound, match="no link between EU and MARS"):
        links.set_cut("EU", "MARS", True)


def test_a_plan_is_read_from_its_file(tmp_path: Path) -> None:
    raw = {"asking": "EU", "asked": "US", "listen": INTERNAL.start, "target": 1, "round_trip": 0.1}
    (tmp_path / "links.json").write_text(json.dumps([raw]))
    assert load(tmp_path / "links.json") == [LinkPlan("EU", "US", INTERNAL.start, 1, 0.1)]
