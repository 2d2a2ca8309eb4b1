"""The sample app over real sockets, spoken to byte by byte."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from meridian.core.errors import InvalidInput
from meridian.world import hotline
from meridian.world.app_protocol import App, AppProtocol

Told = tuple[int, dict[str, str], dict[str, Any]]


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, line: str, *headers: str, body: str = "") -> None:
        head = [f"{line} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}", *headers]
        self.writer.write(("\r\n".join(head) + "\r\n\r\n" + body).encode())

    async def receive(self) -> Told:
        head = (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 5)).decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in head[1:] if line)
        body = await self.reader.readexactly(int(headers["content-length"]))
        return int(head[0].split()[1]), headers, json.loads(body)

    async def ask(self, line: str, *headers: str, body: str = "") -> Told:
        self.send(line, *headers, body=body)
        return await self.receive()


Connect = Callable[[], Awaitable[Client]]


@pytest.fixture
def app() -> App:
    return App("europe-west1", "EU", "7")


@pytest.fixture
async def connect(app: App) -> AsyncIterator[Connect]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: AppProtocol(app, loop), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    clients = []

    async def make() -> Client:
        clients.append(Client(*await asyncio.open_connection("127.0.0.1", port)))
        return clients[-1]

    yield make
    for client in clients:
        client.writer.close()
    server.close()


async def test_an_answer_repeats_what_the_edge_told(connect: Connect) -> None:
    client = await connect()
    status, _, told = await client.ask(
        "POST /v1/chat/messages?x=1",
        "X-Meridian-User: u1",
        "x-meridian-tier: vip",
        "x-meridian-country: DE",
        "x-meridian-region: EU",
        "x-meridian-colour: red",
        body="hello",
    )
    assert status == 200
    assert told == {
        "service": "chat",
        "region": "EU",
        "location": "europe-west1",
        "served_by": "europe-west1",
        "version": "7",
        "user": "u1",
        "tier": "vip",
        "country": "DE",
        "home": "EU",
        "client": None,
        "risk": None,
        "market": None,
        "request": None,
        "told": {"colour": "red"},
    }


async def test_a_value_with_quotes_stays_json(connect: Connect) -> None:
    _, _, told = await (await connect()).ask("GET /v1/feed", 'x-meridian-user: a"b\\c')
    assert told["user"] == 'a"b\\c'


async def test_a_connection_serves_many_requests_also_pipelined(connect: Connect) -> None:
    client = await connect()
    for path in ("/v1/feed", "/v1/wallet", "/v1/feed"):
        client.send(f"GET {path}")
    assert [(await client.receive())[2]["service"] for _ in range(3)] == ["feed", "wallet", "feed"]


async def test_what_was_served_is_counted_by_home_and_method(connect: Connect) -> None:
    client = await connect()
    await client.ask("GET /v1/feed", "x-meridian-region: US", "x-meridian-country: BR")
    for _ in range(2):
        await client.ask("POST /v1/payouts", "x-meridian-region: EU", "Idempotency-Key: k")
    _, _, told = await client.ask("GET /__served")
    assert (told["total"], told["foreign"], told["doubles"]) == (3, 1, 1)
    assert {"service": "feed", "home": "US", "country": "BR", "method": "GET", "count": 1} in told["rows"]


async def test_a_wrong_method_names_the_right_one(connect: Connect) -> None:
    status, headers, _ = await (await connect()).ask("GET /v1/swipe")
    assert (status, headers["allow"]) == (405, "POST")


async def test_an_unknown_path_is_a_problem_document(connect: Connect) -> None:
    status, headers, told = await (await connect()).ask("GET /v1/nothing")
    assert (status, headers["content-type"], told["status"]) == (404, "application/problem+json", 404)


async def test_what_is_not_http_is_answered_and_closed(connect: Connect) -> None:
    client = await connect()
    client.writer.write(b"\x16\x03\x01 hello\r\n\r\n")
    assert (await client.receive())[0] == 400
    assert await client.reader.read() == b""


async def test_every_service_has_a_health_check(connect: Connect) -> None:
    client = await connect()
    assert (await client.ask("GET /healthz"))[0] == 200
    assert (await client.ask("GET /healthz/chat"))[0] == 200


async def test_errors_come_at_their_share_and_health_stays_well(app: App, connect: Connect) -> None:
    app.afflict(app.trouble.changed({"errors": 0.25}))
    client = await connect()
    statuses = [(await client.ask("GET /v1/feed"))[0] for _ in range(8)]
    assert statuses.count(500) == 2
    assert (await client.ask("GET /healthz"))[0] == 200


async def test_a_slow_location_answers_late_and_in_order(app: App, connect: Connect) -> None:
    app.afflict(app.trouble.changed({"slow": 60}))
    client = await connect()
    began = asyncio.get_running_loop().time()
    client.send("GET /v1/feed")
    app.afflict(app.trouble.changed({"slow": 0}))
    client.send("GET /v1/wallet")
    assert [(await client.receive())[2]["service"] for _ in range(2)] == ["feed", "wallet"]
    app.afflict(app.trouble.changed({"slow": 60}))
    await client.ask("GET /v1/feed")
    assert asyncio.get_running_loop().time() - began >= 0.06


async def test_a_partitioned_location_accepts_and_says_nothing_until_it_is_restored(
    app: App, connect: Connect
) -> None:
    app.afflict(app.trouble.changed({"hang": True}))
    client = await connect()
    client.send("GET /healthz")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(client.reader.readexactly(1), 0.1)
    app.afflict(app.trouble.changed({"hang": False}))
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await asyncio.wait_for(client.reader.readexactly(1), 5)
    assert (await (await connect()).ask("GET /healthz"))[0] == 200


async def test_faults_are_given_at_a_socket_for_the_owner_alone(app: App, tmp_path: Path) -> None:
    async def obey(question: dict[str, Any]) -> hotline.Answer:
        app.afflict(app.trouble.changed(question))
        return app.trouble.to_json()

    path = tmp_path / "faults.sock"
    server = await hotline.serve(path, obey)
    assert path.stat().st_mode & 0o077 == 0
    assert (await hotline.ask_async(path, {"slow": 5}))["slow"] == 5
    with pytest.raises(InvalidInput, match="is not a fault"):
        await hotline.ask_async(path, {"fast": 5})
    server.close()


async def test_a_login_with_the_wrong_password_fails_and_others_do_not(connect: Connect) -> None:
    client = await connect()
    wrong = '{"email": "a@example.com", "password": "wrong"}'
    assert (await client.ask("POST /v1/auth/login", body=wrong))[0] == 401
    assert (await client.ask("POST /v1/auth/login", body=wrong.replace("wrong", "right")))[0] == 200
    assert (await client.ask("POST /v1/chat/messages", body=wrong))[0] == 200
