"""The client for programs that are not behind an edge, against an edge's answers and against none."""

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from meridian.core.errors import InvalidInput, Unauthenticated
from meridian.limits import checkapi, client
from meridian.limits.client import AsyncLimitsClient, LimitsClient, LimitsUnavailable
from tests.limits.answering import REFUSED, Edge
from tests.limits.edge import CHECKER, open_shop
from tests.limits.policy import LIMITS


def test_it_speaks_of_the_path_and_the_header_that_edges_know() -> None:
    assert (client.PATH, client.HEADER) == (checkapi.PATH, checkapi.HEADER)


def test_an_answer_is_true_where_it_is_allowed_and_says_what_remains(edge: Edge) -> None:
    with LimitsClient(edge.url, "token") as limits:
        answer = limits.check_rate_limit("u1", "chat", tier="premium", hits=2, dry_run=False)
        assert answer
        assert (answer.limits[0].name, answer.limits[0].remaining, answer.limits[0].reset) == (
            "chat",
            37,
            12.0,
        )
        edge.answer = REFUSED
        refused = limits.check_rate_limit("u1", "chat")
    assert not refused
    assert (refused.refused_by, refused.retry_after) == ("chat", 12.0)
    assert edge.asked[0] == (
        "/infrastructure/rate-limit/check",
        "token",
        {"action": "chat", "user": "u1", "tier": "premium", "hits": 2},
    )


def test_each_question_asks_about_its_own_limit(edge: Edge) -> None:
    tokens = iter(["first", "second", "third"])
    with LimitsClient(edge.url, lambda: next(tokens)) as limits:
        limits.check_burst_protection("u1", "chat")
        limits.check_regional_rate_limit("EU", hits=5)
        limits.check_ip_rate_limit("203.0.113.9", dry_run=True)
    assert [(token, body) for _, token, body in edge.asked] == [
        ("first", {"action": "chat", "user": "u1", "only": "burst"}),
        ("second", {"region": "EU", "only": "region", "hits": 5}),
        ("third", {"ip": "203.0.113.9", "only": "address", "hits": 1, "dry_run": True}),
    ]


async def test_the_asynchronous_one_says_the_same(edge: Edge) -> None:
    async def token() -> str:
        await asyncio.sleep(0)
        return "later"

    async with AsyncLimitsClient(edge.url, token) as limits:
        assert (await limits.check_rate_limit("u1", "chat")).limits[0].remaining == 37
        await limits.check_burst_protection("u1", "chat")
        await limits.check_regional_rate_limit("EU")
        edge.answer = REFUSED
        assert not await limits.check_ip_rate_limit("203.0.113.9")
    assert {token for _, token, _ in edge.asked} == {"later"}
    async with AsyncLimitsClient("http://127.0.0.1:1", "token", on_failure="allow") as nobody:
        assert (await nobody.check_rate_limit("u1", "chat")).trouble


@pytest.mark.parametrize(
    ("status", "answer", "error", "sentence"),
    [
        (400, {"detail": "ip is not an IP address."}, InvalidInput, "ip is not an IP address"),
        (401, {"detail": "Send a token."}, Unauthenticated, "Send a token; ask for one of audience"),
        (
            503,
            {"detail": "Every location is down."},
            LimitsUnavailable,
            "the edge answered 503: Every location",
        ),
        (200, {"allowed": True}, LimitsUnavailable, "the edge's answer is none"),
        (200, b"<html>", LimitsUnavailable, "the edge's answer is none"),
    ],
)
def test_what_is_no_answer_is_an_error_that_says_why(
    edge: Edge, status: int, answer: Any, error: type[Exception], sentence: str
) -> None:
    edge.status, edge.answer = status, answer
    with LimitsClient(edge.url, "token") as limits, pytest.raises(error, match=sentence):
        limits.check_rate_limit("u1", "chat")


@pytest.mark.parametrize(("choice", "allowed"), [("allow", True), ("deny", False)])
def test_a_late_edge_is_what_the_program_chose(edge: Edge, choice: Any, allowed: bool) -> None:
    edge.hangs = True
    with LimitsClient(edge.url, "token", timeout=0.05, on_failure=choice) as limits:
        answer = limits.check_rate_limit("u1", "chat")
        assert (answer.allowed, answer.limits) == (allowed, ())
        assert "timed out" in answer.trouble
    with LimitsClient(edge.url, "token", timeout=0.05) as strict, pytest.raises(LimitsUnavailable):
        strict.check_rate_limit("u1", "chat")


@pytest.fixture
def trickling() -> Iterator[str]:
    """An edge that begins to answer at once, and sends a byte every 20 ms for 5 seconds."""
    over = Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while not over.is_set():
                    connection, _ = listening.accept()
                    with connection, contextlib.suppress(OSError):
                        connection.recv(65536)
                        connection.sendall(b"HTTP/1.1 200 OK\r\nx: ")
                        for _ in range(250):
                            if over.wait(0.02):
                                break
                            connection.sendall(b"y")

        thread = Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        over.set()
        with contextlib.suppress(OSError):
            socket.create_connection(listening.getsockname(), 1).close()
        thread.join(10)


def test_the_timeout_is_that_of_the_whole_check(trickling: str) -> None:
    with LimitsClient(trickling, "token", timeout=0.2, on_failure="deny") as limits:
        began = time.monotonic()
        assert "timed out" in limits.check_rate_limit("u1", "chat").trouble
        assert time.monotonic() - began < 2.0


async def test_the_timeout_counts_when_awaited_too_and_with_the_token(trickling: str) -> None:
    async def slow() -> str:
        await asyncio.sleep(5)
        return "late"

    for token in ("token", slow):
        async with AsyncLimitsClient(trickling, token, timeout=0.2) as limits:
            began = time.monotonic()
            with pytest.raises(LimitsUnavailable, match="timed out after"):
                await limits.check_rate_limit("u1", "chat")
            assert time.monotonic() - began < 2.0


@pytest.mark.parametrize("hits", [0, -1, True, 1.5, "2", 1_000_001])
def test_hits_are_a_whole_number_from_1_on(edge: Edge, hits: Any) -> None:
    with LimitsClient(edge.url, "token") as limits:
        with pytest.raises(InvalidInput, match="`hits` of a check is a whole number from 1"):
            limits.check_rate_limit("u1", "chat", hits=hits)
        with pytest.raises(InvalidInput, match="`hits`"):
            limits.check_ip_rate_limit("203.0.113.9", hits=hits)
    assert edge.asked == []


def test_an_unknown_keyword_is_a_type_error(edge: Edge) -> None:
    with LimitsClient(edge.url, "token", on_failure="allow") as limits:
        asks: list[Callable[[], Any]] = [
            lambda: limits.check_rate_limit("u1", "chat", teir="vip"),  # type: ignore[call-arg]
            lambda: limits.check_burst_protection("u1", "chat", teir="vip"),  # type: ignore[call-arg]
            lambda: limits.check_regional_rate_limit("EU", teir="vip"),  # type: ignore[call-arg]
        ]
        for ask in asks:
            with pytest.raises(TypeError, match="teir"):
                ask()
    assert edge.asked == []


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"user": 7}, "`user` of a check is text, not int"),
        ({"user": "\ud800"}, "it has half a character"),
        ({"user": "u1", "dry_run": "no"}, "`dry_run` of a check is True or False"),
    ],
)
def test_odd_values_are_mistakes_and_never_allowed(edge: Edge, given: Any, sentence: str) -> None:
    with LimitsClient(edge.url, "token", on_failure="allow") as limits:
        with pytest.raises(InvalidInput, match=sentence):
            limits.check_rate_limit(action="chat", **given)
        for body in ({"user": object()}, {"hits": float("nan")}):
            with pytest.raises(InvalidInput, match="cannot be written as JSON"):
                limits.check(body)


@pytest.mark.parametrize("token", ["", "a\nb", "token\n", "t\u00f6ken", None, b"token"])
async def test_what_cannot_be_a_token_is_a_mistake(edge: Edge, token: Any) -> None:
    with (
        LimitsClient(edge.url, token, on_failure="allow") as limits,
        pytest.raises(InvalidInput, match="token"),
    ):
        limits.check_rate_limit("u1", "chat")
    async with AsyncLimitsClient(edge.url, token, on_failure="allow") as awaited:
        with pytest.raises(InvalidInput, match="token"):
            await awaited.check_rate_limit("u1", "chat")


@pytest.mark.parametrize("kind", [LimitsClient, AsyncLimitsClient])
@pytest.mark.parametrize(
    "url", ["eu.edge.example", "127.0.0.1:8080", "ftp://eu.edge.example", "http://", "", "http://[::1", None]
)
def test_what_is_no_address_is_a_mistake(kind: Any, url: Any) -> None:
    with pytest.raises(InvalidInput, match="is not the address of an edge; write it whole"):
        kind(url, "token", on_failure="allow")


@pytest.mark.parametrize("kind", [LimitsClient, AsyncLimitsClient])
def test_what_cannot_be_chosen_is_a_mistake(kind: Any) -> None:
    with pytest.raises(InvalidInput, match="give one of raise, allow, deny"):
        kind("http://127.0.0.1:1", "token", on_failure="open")
    for timeout in (0, -1, float("nan"), float("inf"), "1", None):
        with pytest.raises(InvalidInput, match="timeout is a number of seconds above 0"):
            kind("http://127.0.0.1:1", "token", timeout=timeout)


@pytest.mark.parametrize("status", [302, 403, 404, 405])
def test_a_url_that_is_no_edge_is_a_mistake_whatever_was_chosen(edge: Edge, status: int) -> None:
    edge.status, edge.answer = status, b"<html>"
    with (
        LimitsClient(edge.url, "token", on_failure="allow") as limits,
        pytest.raises(
            InvalidInput, match=f"with {status}, as no edge does; give the public address of an edge"
        ),
    ):
        limits.check_rate_limit("u1", "chat")


@pytest.mark.parametrize(
    "kind",
    [
        "/docs/problems#not-counted",
        "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity",
    ],
)
def test_a_limit_that_denies_while_it_cannot_be_counted_is_not_allowed(edge: Edge, kind: str) -> None:
    edge.status, edge.answer = 503, {"type": kind, "detail": "Not counted now.", "limit": "pay"}
    with LimitsClient(edge.url, "token", on_failure="allow") as limits:
        answer = limits.check_rate_limit("u1", "pay")
        assert (answer.allowed, answer.refused_by) == (False, "pay")
        assert "Not counted now" in answer.trouble
        edge.answer = {"type": "/docs/problems#no-healthy-location", "detail": "Down."}
        assert limits.check_rate_limit("u1", "pay")
    with LimitsClient(edge.url, "token") as strict, pytest.raises(LimitsUnavailable):
        strict.check_rate_limit("u1", "pay")


def test_an_edge_that_is_not_there_is_the_same_and_a_mistake_is_always_raised() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with LimitsClient(url, "token", on_failure="allow") as limits:
            assert limits.check_rate_limit("u1", "chat").trouble
            with pytest.raises(InvalidInput, match="asks about nobody"):
                limits.check_ip_rate_limit("")


def test_at_a_real_edge_each_question_is_answered_from_its_own_bucket(tmp_path: Path) -> None:
    whole = {name: each for name, each in LIMITS.items() if name != "shields"}
    slow = {name: each | {"window": "1d"} for name, each in LIMITS["policies"].items() if name != "pay"}
    with open_shop(whole | {"policies": slow}, tmp_path) as shop:
        url = shop.running.edges["EU"].url
        with LimitsClient(url, CHECKER.sign(sub="a service"), timeout=5.0) as limits:
            answer = limits.check_rate_limit("u1", "chat", tier="premium", ip="203.0.113.9", hits=200)
            assert {each.name: each.remaining for each in answer.limits} == {
                "rapid": 120, "chat": 0, "general": 200, "address": 5800,
            }  # fmt: skip
            refused = limits.check_rate_limit("u1", "chat", tier="premium")
            assert (refused.allowed, refused.refused_by, refused.retry_after) == (False, "chat", 432.0)
            assert [each.name for each in limits.check_burst_protection("u1", "chat").limits] == ["rapid"]
            assert limits.check_regional_rate_limit("EU", hits=10).limits[0].remaining == 49_990
            assert limits.check_ip_rate_limit("203.0.113.9", dry_run=True).limits[0].remaining == 5800
        with LimitsClient(url, "forged") as stranger, pytest.raises(Unauthenticated):
            stranger.check_rate_limit("u1", "chat")
