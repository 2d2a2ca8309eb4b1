"""The client for programs that are not behind an edge, against an edge's answers and against none."""

import asyncio
import socket
from pathlib import Path
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
        ("third", {"ip": "203.0.113.9", "only": "address", "dry_run": True}),
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
