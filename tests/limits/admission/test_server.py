"""A real admission process: limits, answers, shields, what it is told, what it remembers, what it writes."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from typing import Any

import pytest

from meridian.limits.state import Lift, LimitsState
from tests.limits.admission.running import Process, Told, admission
from tests.support.redis import redis
from tests.support.waiting import until

REDIS = {"counters": {"store": "redis", "deadline": "1s"}}


@pytest.fixture
def process() -> Iterator[Process]:
    with admission() as running:
        yield running


@pytest.fixture(scope="module")
def shared() -> Iterator[Process]:
    """For tests that each have users, accounts and addresses of their own."""
    with admission() as running:
        yield running


def limit_of(told: Told, name: str = "payout") -> Any:
    """One limit of the check API's answer."""
    return next(each for each in told.json["limits"] if each["name"] == name)


def test_the_sixth_payout_in_an_hour_is_refused_and_says_which_limit_and_until_when(shared: Process) -> None:
    for left in (4, 3, 2, 1, 0):
        told = shared.admit("payout", user="six")
        assert told.status == 200
        assert told.headers["x-meridian-exact"].startswith(f"payout;q=5;w=3600;r={left};t=")
    told = shared.admit("payout", user="six")
    assert told.status == 429
    assert told.headers["content-type"] == "application/problem+json"
    assert told.headers["x-meridian-limit"] == "payout"
    assert told.headers["ratelimit-policy"] == '"payout";q=5;w=3600'
    assert told.headers["ratelimit"].startswith('"payout";r=0;t=3')
    assert 0 < int(told.headers["retry-after"]) <= 720
    assert told.json | {"retry_after": 0, "detail": ""} == {
        "type": "https://iana.org/assignments/http-problem-types#quota-exceeded",
        "title": "Too many requests",
        "status": 429,
        "detail": "",
        "violated-policies": ["payout"],
        "limit": "payout",
        "quota": 5,
        "window": 3600,
        "retry_after": 0,
    }
    assert shared.admit("payout", user="six-2").status == 200


def test_a_request_takes_from_all_its_limits_or_from_none(shared: Process) -> None:
    for _ in range(7):
        shared.admit("payout", user="both")
    assert limit_of(shared.check(action="buy", user="both", dry_run=True), "money")["remaining"] == 3
    assert [shared.admit("buy", user="both").status for _ in range(4)] == [200, 200, 200, 429]
    assert shared.admit("payout", user="both").json["violated-policies"] == ["money", "payout"]


def test_a_tier_multiplies_where_the_limit_says_so_and_a_risk_divides(shared: Process) -> None:
    quotas = {
        (tier, risk): limit_of(
            shared.check(action="payout", user="tiers", tier=tier, risk=risk, dry_run=True)
        )["quota"]
        for tier in ("", "vip")
        for risk in ("low", "high")
    }
    assert quotas == {("", "low"): 5, ("", "high"): 1, ("vip", "low"): 25, ("vip", "high"): 6}
    admitted = [
        shared.admit("login", account="a", tier="vip", client=f"198.51.100.{n}").status for n in range(6)
    ]
    assert admitted == [200] * 5 + [429]


def test_what_has_no_exact_limit_goes_on(shared: Process) -> None:
    for action in ("chat", "unheard-of", ""):
        told = shared.admit(action, user="none")
        assert (told.status, told.headers["x-meridian-exact"], told.body) == (200, None, b"")


def test_the_check_api_takes_from_the_same_counters(shared: Process) -> None:
    told = shared.check(action="payout", user="asked", hits=3)
    assert told.json == {
        "allowed": True,
        "limits": [
            {"name": "money", "key": "user", "quota": 8, "window": 86400, "remaining": 5, "reset": 32400},
            {"name": "payout", "key": "user", "quota": 5, "window": 3600, "remaining": 2, "reset": 2160},
        ],
    }
    assert (
        shared.admit("payout", user="asked").headers["x-meridian-exact"].startswith("payout;q=5;w=3600;r=1;")
    )
    refused = shared.check(action="payout", user="asked", hits=2).json
    assert (refused["allowed"], refused["refused_by"]) == (False, "payout")
    assert 0 < refused["retry_after"] <= 720
    impossible = shared.check(action="payout", user="asked", hits=9).json
    assert (impossible["allowed"], "retry_after" in impossible) == (False, False)
    assert shared.check(action="payout", user="asked", only=["burst"]).json == {"allowed": True, "limits": []}
    assert shared.check(action="payout", country="DE").json == {"allowed": True, "limits": []}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "JSON"),
        (b"{", "JSON"),
        (b"[]", "object"),
        (b"{}", "name at least one of"),
        (b'{"action":7}', "action"),
        (b'{"user":"u","hits":0}', "hits"),
        (b'{"user":"u","hits":1e9}', "hits"),
        (b'{"user":"u","risk":"terrible"}', "risk"),
        (b'{"user":"u","only":["everything"]}', "only"),
        (b'{"usr":"u"}', "usr"),
        (b'{"user":"\\ud800"}', ""),
        (b"\xff\xfe{}", ""),
        (b"[" * 60_000, ""),
    ],
)
def test_a_check_that_cannot_be_understood_says_why(shared: Process, body: bytes, said: str) -> None:
    told = shared.ask("POST", "/infrastructure/rate-limit/check", None, body)
    assert (told.status, told.headers["content-type"]) == (400, "application/problem+json")
    assert said in told.json["detail"]
    assert shared.ready()


def test_an_operators_rate_and_reset_hold_at_once_and_reset_nobody_else(process: Process) -> None:
    for user in ("u1", "u2"):
        for _ in range(6):
            process.admit("payout", user=user)
    assert process.admit("payout", user="u1").status == 429
    process.tell(LimitsState(users={"u2": {"payout": 50, "chat": 1}}, resets={"u1": 1}))
    until(lambda: process.admit("payout", user="u1").status == 200, 5)
    assert limit_of(process.check(action="payout", user="u2", dry_run=True))["quota"] == 50
    assert process.admit("payout", user="u3").status == 200


def test_a_file_that_is_wrong_changes_nothing_and_is_told_of(process: Process) -> None:
    good = process.state()["settings"]
    (process.home / "xds" / "admission.json").write_text('{"limits": {"policies": {"x": {}}}}')
    until(lambda: bool(process.state()["problem"]))
    assert "policies" in process.state()["problem"]
    trouble = process.home / "companions" / "admission.trouble"
    until(lambda: trouble.exists() and "admission.json is wrong" in trouble.read_text())
    assert process.state()["settings"] == good
    assert process.admit("payout", user="u1").status == 200
    process.tell()
    until(lambda: not process.state()["problem"])
    until(lambda: not trouble.read_text())


def test_500_guesses_at_once_are_five(shared: Process) -> None:
    def guess(number: int) -> int:
        return shared.admit(
            "pin", account="victim", client=f"198.51.{number // 250}.{number % 250}", request="same"
        ).status

    with ThreadPoolExecutor(32) as pool:
        assert sorted(pool.map(guess, range(500))) == [200] * 5 + [429] * 495


def test_guessing_is_stopped_and_the_owner_comes_in_from_their_own_device(shared: Process) -> None:
    assert shared.login(200, account="Me@Example.org ", device="phone").status == 200
    statuses = [shared.login(account="me@example.org", client=f"198.51.{n}.1").status for n in range(20)]
    assert statuses == [200] * 4 + [429] * 16 or statuses == [200] * 5 + [429] * 15
    refused = shared.login(account="me@example.org", client="203.0.113.1")
    assert refused.status == 429
    for _ in range(3):
        assert shared.login(200, account="me@example.org", device="phone", client="198.51.1.1").status == 200
    assert shared.login(account="me@example.org", device="stolen-name", client="198.51.99.1").status == 429


def test_what_a_limit_refuses_is_no_attempt(shared: Process) -> None:
    for _ in range(5):
        assert shared.login(503, account="busy", client="192.0.2.77").status == 200
    refusals = [shared.login(account="busy", client="192.0.2.77") for _ in range(10)]
    assert {(each.status, each.headers["x-meridian-limit"]) for each in refusals} == {(429, "login")}


def test_a_blocked_address_hears_of_it_and_an_operator_lifts_it(process: Process) -> None:
    for n in range(5):
        assert process.login(account=f"a{n}", client="2001:db8::1").status == 200
    told = process.login(account="a9", client="2001:db8::ffff")
    assert told.status == 429
    assert told.json["type"] == "https://iana.org/assignments/http-problem-types#abnormal-usage-detected"
    assert (told.headers["x-meridian-limit"], told.json["limit"]) == ("guessing", "guessing")
    assert 3590 <= int(told.headers["retry-after"]) <= 3600
    assert [each["subject"] for each in process.state()["blocks"]] == ["2001:db8::/64"]
    process.tell(LimitsState(lifted=(Lift("address", "2001:db8::7", time.time()),)))
    until(lambda: not process.state()["blocks"])
    assert process.login(account="a9", client="2001:db8::1").status == 200
    until(
        lambda: [each["event"] for each in process.log() if "block" in each["event"]] == ["block", "unblock"]
    )


def test_blocks_and_devices_survive_a_restart_and_no_file_names_an_account(process: Process) -> None:
    process.outcome("pin", 200, account="me@example.org", device="phone")
    for _ in range(5):
        process.admit("pin", account="me@example.org", request="r")
        process.outcome("pin", 401, account="me@example.org", request="r")
    assert process.admit("pin", account="me@example.org").status == 429
    until(lambda: (process.home / "shields.journal").exists())
    until(lambda: b"account" in (process.home / "shields.journal").read_bytes())
    process.kill()
    process.start()
    assert process.admit("pin", account="me@example.org", client="203.0.113.9").status == 429
    assert process.admit("pin", account="me@example.org", device="phone").status == 200
    assert process.stop() == 0
    for path in process.home.rglob("*"):
        assert path.is_dir() or path.is_socket() or b"example.org" not in path.read_bytes()


def test_what_it_let_through_and_refused_is_in_the_log_once(process: Process) -> None:
    for _ in range(7):
        process.admit("payout", user="u1")
    process.stop()
    counts = [each["policies"]["payout"] for each in process.log() if each["event"] == "counts"]
    assert sum(each["admitted"] for each in counts) == 5
    assert sum(each["refused"] for each in counts) == 2
    assert not any("u1" in str(each) for each in process.log())


def test_there_is_one_process_an_edge_and_the_next_takes_over_when_it_ends(process: Process) -> None:
    next_one = Process(process.home)
    with ThreadPoolExecutor(1) as pool:
        starting = pool.submit(next_one.start)
        try:
            assert process.admit("payout", user="u1").status == 200
            assert process.stop() == 0
            starting.result(15)
            until(next_one.ready)
            assert next_one.admit("payout", user="u1").status == 200
        finally:
            next_one.kill()


def test_two_processes_on_one_redis_are_exact_together() -> None:
    with redis() as store, admission(store.url, **REDIS) as one, admission(store.url, **REDIS) as two:
        until(lambda: not one.state()["store"]["problem"] and not two.state()["store"]["problem"])

        def pay(number: int) -> int:
            return (one, two)[number % 2].admit("payout", user="u1").status

        with ThreadPoolExecutor(16) as pool:
            assert sorted(pool.map(pay, range(100))) == [200] * 5 + [429] * 95

        def guess(number: int) -> int:
            return (one, two)[number % 2].admit("pin", account="v", client=f"198.51.{number}.1").status

        with ThreadPoolExecutor(16) as pool:
            assert sum(status == 200 for status in pool.map(guess, range(100))) == 5


def test_redis_frozen_and_killed_in_the_midst_of_payouts() -> None:
    """Nobody waits for it over 50 ms, what may go on goes on within its limits, what may not is refused, and it recovers."""
    twenty = {"counters": {"store": "redis", "deadline": "20ms"}}
    with ExitStack() as stack, redis() as store, admission(store.url, **twenty) as process:
        until(lambda: not process.state()["store"]["problem"])
        line = stack.enter_context(closing(process.connection()))
        waits: list[float] = []

        def ask(action: str, **headers: str) -> int:
            began = time.monotonic()
            line.request(
                "POST",
                f"/admit/{action}",
                None,
                {"x-meridian-action": action, **{f"x-meridian-{k}": v for k, v in headers.items()}},
            )
            answer = line.getresponse()
            answer.read()
            waits.append(time.monotonic() - began)
            return answer.status

        assert [ask("payout", user="u1") for _ in range(3)] == [200] * 3
        for trouble in (store.freeze, store.kill):
            trouble()
            assert ask("payout", user="u1") in (200, 429)
            assert [ask("payout", user=f"v{n}") for n in range(50)] == [200] * 50
            assert ask("login", account="a1", client="203.0.113.1") == 503
        assert ask("payout", user="u1") == 429
        store.start()
        until(lambda: not process.state()["store"]["problem"])
        assert ask("payout", user="u1") == 429, "it came back empty, and this edge remembers"
        assert ask("login", account="a1", client="203.0.113.1") == 200
        assert sorted(waits)[-4] < 0.05, "the machine itself may have been held up a few times"
        until(lambda: {"store-away", "store-back"} <= {each["event"] for each in process.log()})
        effects = {each["effect"] for each in process.log() if each["event"] == "store-away"}
        alone = "money, payout are counted by this edge alone"
        assert effects == {f"the shared counters are away: login is refused; {alone}"}
        counts: dict[str, int] = {}
        process.stop()
        for each in process.log():
            for row in each.get("policies", {}).values():
                for what, number in row.items():
                    counts[what] = counts.get(what, 0) + number
        assert counts["failed_open"] >= 100
        assert counts["failed_closed"] == 2


def test_without_an_address_of_redis_it_says_so_and_counts_by_itself() -> None:
    with admission("", **REDIS) as process:
        assert "MERIDIAN_REDIS_URL" in process.state()["store"]["problem"]
        trouble = process.home / "companions" / "admission.trouble"
        until(trouble.exists)
        assert trouble.read_text() == (
            "the shared counters are away: login is refused; money, payout are counted by this edge alone "
            "(MERIDIAN_REDIS_URL is not set for this edge)"
        )
        assert [process.admit("payout", user="u1").status for _ in range(6)] == [200] * 5 + [429]
        assert process.admit("login", account="a", client="203.0.113.1").status == 503


def test_a_change_of_the_store_loses_nothing_that_was_counted() -> None:
    with redis() as store, admission(store.url) as process:
        for _ in range(5):
            process.admit("payout", user="u1")
        process.tell(**REDIS)
        until(lambda: process.state()["store"] == {"kind": "redis", "problem": ""})
        assert process.admit("payout", user="u1").status == 429
        process.admit("payout", user="u2")
        process.tell()
        until(lambda: process.state()["store"]["kind"] == "memory")
        assert limit_of(process.check(action="payout", user="u2", dry_run=True))["remaining"] == 4


def test_a_restart_on_purpose_resets_no_limit(process: Process) -> None:
    for _ in range(5):
        process.admit("payout", user="u1")
    assert process.stop() == 0
    process.start()
    assert process.admit("payout", user="u1").status == 429


def test_it_ends_when_asked_and_leaves_no_socket(process: Process) -> None:
    os.kill(process.pid, signal.SIGINT)
    assert process.stop() == 0
    assert not (process.home / "admission.sock").exists()
