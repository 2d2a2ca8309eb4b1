"""Every framing an answer of HTTP/1.1 can have, from a real server, and what is kept of a connection after it."""

import asyncio
import re
import socket
import struct
from collections.abc import Sequence

import pytest

from meridian.loadtest.engine.exchange import BODY_KEPT
from meridian.loadtest.plan import BROKE
from tests.loadtest.engine.plans import origin
from tests.loadtest.engine.servers import OK, Peer, Server, asking, patient, replies, serving

HEAD = b"HTTP/1.1 200 OK\r\n"

FRAMINGS: dict[str, tuple[Sequence[bytes], int, bytes, bool]] = {
    "a length": ([HEAD + b"content-length: 5\r\n\r\nhello"], 200, b"hello", True),
    "no body at all": ([HEAD + b"content-length: 0\r\n\r\n"], 200, b"", True),
    "a name in capitals": ([HEAD + b"Content-Length: 5\r\n\r\nhello"], 200, b"hello", True),
    "byte by byte": ([bytes((each,)) for each in HEAD + b"content-length: 5\r\n\r\nhello"], 200, b"hello", True),
    "a body after its head": ([HEAD + b"content-length: 5\r\n\r\n", b"he", b"llo"], 200, b"hello", True),
    "chunks": ([HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=1\r\n!\r\n0\r\n\r\n"], 200, b"hello!", True),
    "broken chunks": ([HEAD + b"transfer-encoding: chun", b"ked\r\n\r\n2\r", b"\nh", b"i\r\n0\r\n", b"\r\n"], 200, b"hi", True),
    "chunks with a trailer": ([HEAD + b"transfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nx-sum: 1\r\n\r\n"], 200, b"hi", True),
    "204": ([b"HTTP/1.1 204 No Content\r\n\r\n"], 204, b"", True),
    "304 with a length": ([b"HTTP/1.1 304 Not Modified\r\ncontent-length: 70\r\n\r\n"], 304, b"", True),
    "103 before": ([b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" + HEAD + b"content-length: 2\r\n\r\nhi"], 200, b"hi", True),
    "100, then more": ([b"HTTP/1.1 100 Continue\r\n\r\n", HEAD + b"content-length: 2\r\n\r\nhi"], 200, b"hi", True),
    "it says that it closes": ([HEAD + b"connection: close\r\ncontent-length: 2\r\n\r\nhi"], 200, b"hi", False),
    "HTTP/1.0": ([b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nhi"], 200, b"hi", False),
    "another protocol from here": ([b"HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"], 101, b"", False),
    "a second answer that nobody asked for": ([OK + OK], 200, b"ok", False),
    "rubbish after it": ([OK + b"rubbish"], 200, b"ok", False),
    "an error of the app": ([b"HTTP/1.1 500 No\r\ncontent-length: 2\r\n\r\nno"], 500, b"no", True),
}  # fmt: skip


@pytest.mark.parametrize("name", FRAMINGS)
async def test_an_answer_with(name: str) -> None:
    pieces, status, body, kept = FRAMINGS[name]
    async with serving(replies(pieces, [OK])) as server, asking(origin(server.port)) as asker:
        answer = await asker.ask()
        assert (answer.status, answer.body, answer.size) == (status, body, len(body))
        assert re.fullmatch(rb"HTTP/1\.[01] %d [^\r]+\r\n([^\r]+\r\n)*" % status, answer.head)
        await asker.ask()
        assert (len(server.peers) == 1) is kept


async def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    script = replies([HEAD + b"x: y\r\n\r\nhello ", b"world"])
    async with serving(script) as server, asking(origin(server.port)) as asker:
        for turn in (1, 2):
            assert (await asker.ask()).body == b"hello world"
            assert len(server.peers) == turn


async def test_an_answer_without_a_length_that_is_reset_is_half_an_answer() -> None:
    async def script(peer: Peer, server: Server) -> None:
        await peer.request()
        await peer.say(HEAD + b"x: y\r\n\r\nhello ")
        linger = struct.pack("ii", 1, 0)
        peer.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        peer.reset()

    async with serving(script) as server, asking(origin(server.port)) as asker:
        assert (await asker.ask()).detail == "half an answer"


BROKEN: dict[str, tuple[Sequence[bytes], str]] = {
    "nothing": ([], "closed without an answer"),
    "not HTTP": ([b"SSH-2.0-OpenSSH_9.9\r\n"], "not HTTP"),
    "half a head": ([b"HTTP/1.1 200 OK\r\ncontent-le"], "half an answer"),
    "half a body": ([HEAD + b"content-length: 50\r\n\r\nhello"], "half an answer"),
    "half the chunks": ([HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n"], "half an answer"),
    "two lengths": ([HEAD + b"content-length: 5\r\ncontent-length: 6\r\n\r\nhello!"], "not HTTP"),
    "a length that is none": ([HEAD + b"content-length: five\r\n\r\nhello"], "not HTTP"),
    "only an interim answer": ([b"HTTP/1.1 100 Continue\r\n\r\n"], "half an answer"),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_no_answer_but(name: str) -> None:
    pieces, detail = BROKEN[name]
    async with serving(replies(pieces)) as server, asking(origin(server.port)) as asker:
        answer = await asker.ask()
        assert (answer.status, answer.detail) == (BROKE, detail)


async def test_headers_without_an_end_are_given_up() -> None:
    async def script(peer: Peer, server: Server) -> None:
        await peer.request()
        await peer.say(HEAD)
        while True:
            await peer.say(b"x-more: " + b"y" * 60_000 + b"\r\n")

    async with serving(script) as server, asking(origin(server.port)) as asker:
        assert (await asker.ask()).detail == "an answer's headers do not end"


async def test_of_a_large_body_the_beginning_is_kept_and_all_is_counted() -> None:
    large = b"m" * 300_000
    pieces = [HEAD + b"content-length: 300000\r\n\r\n" + large]
    async with serving(replies(pieces, [OK])) as server, asking(origin(server.port)) as asker:
        answer = await asker.ask()
        assert (answer.size, answer.body) == (300_000, large[:BODY_KEPT])
        assert (await asker.ask()).body == b"ok", "and the connection goes on"
        assert len(server.peers) == 1


@pytest.mark.parametrize("length", [b"content-length: 0\r\n", b"content-length: 70\r\n", b""])
async def test_an_answer_to_head_ends_with_its_head(length: bytes) -> None:
    script = replies([HEAD + length + b"\r\n"], [HEAD + length + b"\r\n"])
    async with serving(script) as server, asking(origin(server.port)) as asker:
        assert (await asker.ask(method="HEAD")).status == 200
        assert (await asker.ask(method="HEAD")).status == 200
        assert len(server.peers) == (1 if length else 2)


async def test_a_request_says_all_that_was_asked() -> None:
    async with serving(patient) as server, asking(origin(server.port)) as asker:
        await asker.ask(method="POST", path="/v1/x?y=1", headers=[("authorization", "Bearer t")], body=b"{}")
        assert server.requests == [
            f"POST /v1/x?y=1 HTTP/1.1\r\nhost: 127.0.0.1:{server.port}\r\nauthorization: Bearer t\r\n"
            "content-length: 2\r\n\r\n"
        ]


async def test_a_line_break_in_a_header_is_refused_and_harms_nothing_else() -> None:
    async with serving(patient) as server, asking(origin(server.port)) as asker:
        assert (await asker.ask()).status == 200
        refused = await asker.ask(headers=[("x", "y\r\nz: 1")])
        assert (refused.status, refused.detail) == (BROKE, "a line break in a header")
        assert (await asker.ask()).status == 200
        assert (len(server.peers), len(server.requests)) == (1, 2)


async def test_a_kept_connection_that_closes_silently_is_replaced_for_what_may_be_repeated() -> None:
    async def script(peer: Peer, server: Server) -> None:
        server.requests.append(await peer.request())
        await peer.say(OK)
        server.requests.append(await peer.request())  # read, and not answered

    async with serving(script) as server, asking(origin(server.port)) as asker:
        assert (await asker.ask()).status == 200
        assert (await asker.ask(repeatable=True)).status == 200
        assert len(server.requests) == 3
        lost = await asker.ask(method="POST", repeatable=False)
        assert (lost.status, lost.detail) == (BROKE, "closed without an answer")
        assert len(server.requests) == 4, "it went out once"


async def test_what_was_sent_again_is_not_sent_a_third_time() -> None:
    async def script(peer: Peer, server: Server) -> None:
        server.requests.append(await peer.request())
        if peer.number == 1:
            await peer.say(OK)
            server.requests.append(await peer.request())
        peer.reset()

    async with serving(script) as server, asking(origin(server.port)) as asker:
        assert (await asker.ask()).status == 200
        assert (await asker.ask()).status == BROKE
        assert len(server.requests) == 3


async def test_a_reset_is_named() -> None:
    async def script(peer: Peer, server: Server) -> None:
        await peer.request()
        peer.reset()

    async with serving(script) as server, asking(origin(server.port)) as asker:
        assert (await asker.ask()).detail in ("connection reset by peer", "closed without an answer")


async def test_unasked_words_on_a_kept_connection_close_it() -> None:
    said = asyncio.Event()

    async def script(peer: Peer, server: Server) -> None:
        await peer.request()
        await peer.say(OK)
        if peer.number == 1:
            await peer.say(OK)
        said.set()
        await peer.request()
        await peer.say(OK)

    async with serving(script) as server, asking(origin(server.port)) as asker:
        assert (await asker.ask()).status == 200
        await said.wait()
        async with asyncio.timeout(5):
            while asker.pool.open:
                await asyncio.sleep(0.001)
        assert (await asker.ask()).body == b"ok"
        assert len(server.peers) == 2
