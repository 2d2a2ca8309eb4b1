"""HTTP/2 with the library h2 as the server: what it may say, and what becomes of the requests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import h2.events
import h2.settings
import pytest

from meridian.loadtest.engine.exchange import BODY_KEPT
from meridian.loadtest.plan import BROKE, TIMED_OUT
from tests.loadtest.engine.h2server import Asked, Script, serving
from tests.loadtest.engine.plans import origin
from tests.loadtest.engine.servers import Asker, Peer, Server, asking
from tests.loadtest.engine.servers import serving as plainly
from tests.support.waiting import eventually


@asynccontextmanager
async def spoken(script: Script, **options: object) -> AsyncIterator[Asker]:
    async with serving(script) as port, asking(origin(port, http=2), **options) as asker:
        yield asker


async def test_an_answer_comes_with_its_head_and_body() -> None:
    script = Script(lambda asked: asked.answer(201, b"made", x_meridian_region="EU"))
    async with spoken(script) as asker:
        answer = await asker.ask()
        assert answer.status == 201
        assert answer.head == b"HTTP/2 201\r\nx-meridian-region: EU\r\n"
        assert (answer.body, answer.size) == (b"made", 4)


async def test_a_request_says_all_that_was_asked() -> None:
    script = Script()
    async with spoken(script) as asker:
        token = "Bearer " + "t" * 1_000
        headers = [("Authorization", token), ("x-forwarded-for", "92.184.100.1"), ("Connection", "close")]
        await asker.ask(method="PUT", path="/v1/x?y=1", headers=headers, body=b"{}")
        (asked,) = script.asked
        assert asked.headers == [
            (b":method", b"PUT"),
            (b":scheme", b"http"),
            (b":authority", asker.origin.authority.encode()),
            (b":path", b"/v1/x?y=1"),
            (b"authorization", token.encode()),
            (b"x-forwarded-for", b"92.184.100.1"),
            (b"content-length", b"2"),
        ]
        assert asked.body == b"{}"


async def test_many_at_once_share_a_connection() -> None:
    script = Script(lambda asked: asked.answer(body=asked.path.encode()))
    async with spoken(script) as asker:
        answers = await asyncio.gather(*(asker.ask(path=f"/{number}") for number in range(60)))
        assert [answer.body for answer in answers] == [f"/{number}".encode() for number in range(60)]
        assert len(script.peers) == 1


async def test_no_more_streams_are_opened_than_the_server_allows() -> None:
    held: list[Asked] = []
    script = Script(held.append, {h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS: 4})
    async with spoken(script, most=2) as asker:
        asks = [asker.start(path=f"/{number}") for number in range(20)]
        await eventually(lambda: len(held) == 8)
        assert len(script.peers) == 2
        while not all(each.done() for each in asks):
            assert len(held) <= 8
            for asked in held[:]:
                held.remove(asked)
                asked.answer()
            await asyncio.sleep(0.001)
        assert {(await each).status for each in asks} == {200}


async def test_answers_come_in_any_order_and_size() -> None:
    held: list[Asked] = []
    script = Script(held.append)
    async with spoken(script) as asker:
        first, second = asker.start(path="/1"), asker.start(path="/2")
        await eventually(lambda: len(held) == 2)
        held[1].answer(body=b"", x_answer="2")
        assert b"x-answer: 2\r\n" in (await second).head
        assert not first.done()
        for _ in range(20):
            held[0].peer.link.send_headers(1, [(":status", "103")]) if _ == 0 else None
            if _ == 1:
                held[0].peer.link.send_headers(1, [(":status", "200")])
            if _ > 1:
                held[0].peer.link.send_data(1, b"x" * 10_000, pad_length=7)
        held[0].peer.link.send_headers(1, [("x-sum", "1")], end_stream=True)
        held[0].peer.flush()
        answer = await first
        assert (answer.status, answer.size, answer.body) == (200, 180_000, b"x" * BODY_KEPT)


async def test_a_large_head_comes_in_several_frames() -> None:
    script = Script(lambda asked: asked.answer(x_large="v" * 40_000, x_after="1"))
    async with spoken(script) as asker:
        answer = await asker.ask(headers=[("x-mine", "w" * 40_000)])
        assert answer.head.endswith(b"x-after: 1\r\n")
        assert dict(script.asked[0].headers)[b"x-mine"] == b"w" * 40_000


async def test_a_large_request_keeps_to_the_servers_windows() -> None:
    script = Script(settings={h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: 1_000})
    async with spoken(script) as asker:
        body = bytes(range(256)) * 1_000
        answers = await asyncio.gather(*(asker.ask(method="POST", body=body) for _ in range(3)))
        assert {answer.status for answer in answers} == {200}
        assert [asked.body for asked in script.asked] == [body] * 3


async def test_a_stream_that_is_reset_ends_with_the_reason_and_the_others_go_on() -> None:
    def answer(asked: Asked) -> None:
        if asked.path == "/reset":
            asked.peer.link.reset_stream(asked.stream, 2)
        else:
            asked.answer()

    script = Script(answer)
    async with spoken(script) as asker:
        reset, fine = await asyncio.gather(asker.ask(path="/reset"), asker.ask())
        assert (reset.status, reset.detail) == (BROKE, "stream reset: internal error")
        assert fine.status == 200
        assert len(script.peers) == 1


@pytest.mark.parametrize("repeatable", [True, False])
async def test_a_stream_that_is_refused_is_asked_again_once_if_it_may(repeatable: bool) -> None:
    def answer(asked: Asked) -> None:
        if len(script.asked) == 1:
            asked.peer.link.reset_stream(asked.stream, 7)
        else:
            asked.answer()

    script = Script(answer)
    async with spoken(script) as asker:
        came = await asker.ask(repeatable=repeatable)
        assert came.status == (200 if repeatable else BROKE)
        assert came.detail == ("" if repeatable else "stream reset: refused stream")


async def test_after_goaway_what_is_under_way_is_answered_and_the_next_goes_elsewhere() -> None:
    held: list[Asked] = []
    script = Script(held.append)
    async with spoken(script) as asker:
        first = asker.start()
        await eventually(lambda: len(held) == 1)
        held[0].peer.transport.write(goaway(last=1))
        await eventually(lambda: asker.pool.open == 1 and not asker.pool._free)
        second = asker.start()
        await eventually(lambda: len(held) == 2)
        assert len(script.peers) == 2
        held[0].answer(body=b"first")
        held[1].answer(body=b"second")
        assert ((await first).body, (await second).body) == (b"first", b"second")
        await eventually(lambda: asker.pool.open == 1)


async def test_what_goaway_turned_away_is_asked_again_on_another_connection() -> None:
    def answer(asked: Asked) -> None:
        if asked.peer is script.peers[0]:
            asked.peer.transport.write(goaway(last=0))
        else:
            asked.answer()

    script = Script(answer)
    async with spoken(script) as asker:
        assert (await asker.ask()).status == 200
        assert [asked.peer for asked in script.asked] == script.peers
        turned = await asker.ask(repeatable=False)
        assert turned.status == 200


def goaway(last: int) -> bytes:
    return b"\0\0\x08\x07\0\0\0\0\0" + last.to_bytes(4, "big") + b"\0\0\0\0"


async def test_a_time_limit_cancels_the_stream_and_keeps_a_connection_that_lives() -> None:
    held: list[Asked] = []
    script = Script(lambda asked: held.append(asked) if asked.path == "/slow" else asked.answer())
    async with spoken(script) as asker:
        slow = asker.start(path="/slow", deadline=1.0)
        assert (await asker.ask(deadline=5.0)).status == 200
        asker.pool.expire(1.5)
        assert (await slow).status == TIMED_OUT
        await eventually(lambda: any(isinstance(event, h2.events.StreamReset) for event in script.events))
        assert (await asker.ask()).status == 200
        assert len(script.peers) == 1


async def test_a_connection_on_which_nothing_comes_any_more_is_not_used_again() -> None:
    script = Script(lambda asked: asked.answer() if asked.path == "/first" else None)
    async with spoken(script) as asker:
        await asker.ask(path="/first")
        silent = asker.start(deadline=1.0)
        await eventually(lambda: len(script.asked) == 2)
        asker.pool.expire(1.5)
        assert (await silent).status == TIMED_OUT
        await eventually(lambda: asker.pool.open == 0)


async def test_a_connection_that_breaks_ends_what_is_on_it() -> None:
    def answer(asked: Asked) -> None:
        if len(script.asked) == 3:
            asked.peer.transport.abort()

    script = Script(answer)
    async with spoken(script) as asker:
        answers = await asyncio.gather(*(asker.ask(repeatable=False) for _ in range(3)))
        assert {answer.status for answer in answers} == {BROKE}
        assert asker.pool.waiting == 0


@pytest.mark.parametrize("said", [b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n", b"\xff" * 40])
async def test_a_server_that_speaks_something_else_is_named(said: bytes) -> None:
    async def script(peer: Peer, server: Server) -> None:
        await peer.reader.read(1)
        await peer.say(said)
        await peer.reader.read()

    async with plainly(script) as server, asking(origin(server.port, http=2)) as asker:
        answer = await asker.ask()
        assert (answer.status, answer.detail) == (BROKE, "not HTTP/2")


RULES = {
    "a block goes on that never began": b"\0\0\x04\x09\x04\0\0\0\x01abcd",
    "something within a block": b"\0\0\x01\x01\0\0\0\0\x01\x88" + b"\0\0\x01\0\x01\0\0\0\x01x",
    "a promise": b"\0\0\x05\x05\x04\0\0\0\x01\0\0\0\x02\x88",
    "a field that no table holds": b"\0\0\x01\x01\x05\0\0\0\x01\xff",
    "more padding than payload": b"\0\0\x02\0\x08\0\0\0\x01\x09x",
    "a frame that is too large": b"\xff\0\0\0\0\0\0\0\x01",
}


@pytest.mark.parametrize("rule", RULES)
async def test_a_server_that_breaks_the_rules_loses_the_connection(rule: str) -> None:
    async def script(peer: Peer, server: Server) -> None:
        await peer.say(b"\0\0\0\x04\0\0\0\0\0")
        seen = b""
        while b"/asked" not in seen:
            seen += await peer.reader.read(1_000)
        await peer.say(RULES[rule])
        await peer.reader.read()

    async with plainly(script) as server, asking(origin(server.port, http=2)) as asker:
        answer = await asker.ask(path="/asked")
        assert (answer.status, answer.detail) == (BROKE, "not HTTP/2" if "padding" not in rule else rule)
        await eventually(lambda: asker.pool.open == 0)
