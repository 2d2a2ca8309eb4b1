"""Connections to one origin: how many there are, what waits for them, and why there may be none."""

import asyncio
import re
import ssl
import time
from pathlib import Path

import pytest

from meridian.loadtest.plan import BROKE, TIMED_OUT, Origin
from tests.loadtest.engine.plans import origin
from tests.loadtest.engine.servers import OK, Asker, Peer, Server, asking, patient, serving
from tests.support.certificates import authority, issue
from tests.support.ports import reserve
from tests.support.waiting import eventually


async def silent(peer: Peer, server: Server) -> None:
    while True:
        server.requests.append(await peer.request())


async def test_one_after_another_takes_one_connection_and_ten_at_once_take_ten() -> None:
    async with serving(patient) as server, asking(origin(server.port)) as asker:
        for _ in range(5):
            await asker.ask()
        assert len(server.peers) == 1
        await asyncio.gather(*(asker.ask() for _ in range(10)))
        assert len(server.peers) == asker.pool.open == 10
        assert asker.pool.waiting == 0


async def test_beyond_the_bound_exchanges_wait_in_line_and_all_are_answered() -> None:
    async with serving(patient) as server, asking(origin(server.port), most=3) as asker:
        answers = await asyncio.gather(*(asker.ask(path=f"/{number}") for number in range(50)))
        assert {answer.status for answer in answers} == {200}
        assert len(server.peers) == 3
        assert len(server.requests) == 50


async def test_the_line_is_served_in_its_order() -> None:
    async with serving(patient) as server, asking(origin(server.port), most=1) as asker:
        await asyncio.gather(*(asker.ask(path=f"/{number}") for number in range(20)))
        assert [head.split()[1] for head in server.requests] == [f"/{number}" for number in range(20)]


async def test_what_waits_past_its_deadline_ends_and_its_connection_with_it() -> None:
    async with serving(silent) as server, asking(origin(server.port)) as asker:
        early, late = asker.start(deadline=1.0), asker.start(deadline=2.0)
        await eventually(lambda: len(server.requests) == 2)
        asker.pool.expire(0.9)
        assert not early.done()
        asker.pool.expire(1.1)
        assert (await early).status == TIMED_OUT
        assert not late.done()
        await eventually(lambda: asker.pool.open == 1)
        assert asker.pool.waiting == 1


async def test_what_waits_in_line_past_its_deadline_is_never_sent() -> None:
    async with serving(silent) as server, asking(origin(server.port), most=1) as asker:
        asker.start(deadline=5.0)
        queued = asker.start(deadline=1.0, path="/queued")
        await eventually(lambda: len(server.requests) == 1)
        asker.pool.expire(6.0)
        assert (await queued).status == TIMED_OUT
        last = asker.start(deadline=9.0, path="/last")
        await eventually(lambda: len(server.requests) == 2)
        assert "/last" in server.requests[1]
        assert not last.done()


async def test_a_refused_port_ends_each_exchange_with_its_reason() -> None:
    async with asking(origin(reserve()[0])) as asker:
        answers = await asyncio.gather(*(asker.ask() for _ in range(5)))
        assert {(answer.status, answer.detail) for answer in answers} == {(BROKE, "connection refused")}


async def test_a_host_without_an_address_says_so() -> None:
    nowhere = Origin("EU", "no-such-host.invalid", 80, "no-such-host.invalid")
    async with asking(nowhere) as asker:
        assert (await asker.ask()).detail == "no address for the host"


async def test_a_server_that_closes_at_once_ends_each_exchange_once() -> None:
    async def script(peer: Peer, server: Server) -> None:
        peer.reset()

    async with serving(script) as server, asking(origin(server.port)) as asker:
        answers = await asyncio.gather(*(asker.ask() for _ in range(20)))
        assert {answer.status for answer in answers} == {BROKE}
        await eventually(lambda: asker.pool.open == 0)


async def test_an_attempt_to_connect_has_a_limit() -> None:
    async def script(peer: Peer, server: Server) -> None:
        await peer.reader.read()  # the handshake is never answered

    async with serving(script) as server, asking(origin(server.port, tls=True), patience=0.05) as asker:
        began = time.monotonic()
        assert (await asker.ask()).detail == "no connection in time"
        assert time.monotonic() - began < 5


async def test_after_the_server_is_back_connections_are_opened_again() -> None:
    async with serving(patient) as server:
        port = server.port
        asker = Asker(origin(port))
        assert (await asker.ask()).status == 200
    await eventually(lambda: asker.pool.open == 0)
    assert (await asker.ask()).detail == "connection refused"
    back = await asyncio.start_server(lambda reader, writer: answer(reader, writer), "127.0.0.1", port)
    assert (await asker.ask()).status == 200
    asker.pool.close()
    back.close()
    await eventually(lambda: asker.pool.open == 0)


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(OK)
    await reader.read()
    writer.close()


@pytest.fixture
def tls(tmp_path: Path) -> ssl.SSLContext:
    certificate, key = issue(tmp_path, "edge", authority(tmp_path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(["http/1.1"])
    return context


async def test_over_tls_the_origin_is_asked_as_without(tls: ssl.SSLContext, tmp_path: Path) -> None:
    async with serving(patient, ssl=tls) as server:
        trusted = origin(server.port, tls=True, ca=str(tmp_path / "authority.pem"))
        async with asking(trusted) as asker:
            for _ in range(3):
                assert (await asker.ask()).body == b"ok"
            assert len(server.peers) == 1


@pytest.mark.filterwarnings("ignore::ResourceWarning")
async def test_a_certificate_that_nobody_vouches_for_is_named(tls: ssl.SSLContext) -> None:
    async with serving(patient, ssl=tls) as server, asking(origin(server.port, tls=True)) as asker:
        answer = await asker.ask()
        assert answer.status == BROKE
        assert re.fullmatch("TLS: .*certificate.*", answer.detail)


async def test_a_server_without_tls_is_named() -> None:
    async def script(peer: Peer, server: Server) -> None:
        await peer.reader.read(1)
        await peer.say(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n")

    async with serving(script) as server, asking(origin(server.port, tls=True)) as asker:
        assert (await asker.ask()).detail.startswith("TLS: ")


async def test_an_authority_of_another_name_is_not_believed(tls: ssl.SSLContext, tmp_path: Path) -> None:
    async with serving(patient, ssl=tls) as server:
        other = Origin(
            "EU", "127.0.0.1", server.port, "eu.example.com", tls=True, ca=str(tmp_path / "authority.pem")
        )
        async with asking(other) as asker:
            assert "Hostname mismatch" in (await asker.ask()).detail
