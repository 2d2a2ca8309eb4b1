"""Which account an attempt counts for: a real admission process, asked over its socket."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from meridian.limits.state import Lift, LimitsState
from tests.limits.admission.running import LIMITS, Process, admission
from tests.support.waiting import until


@pytest.fixture
def process() -> Iterator[Process]:
    with admission() as running:
        yield running


@pytest.fixture(scope="module")
def shared() -> Iterator[Process]:
    """For tests that each have users, accounts and addresses of their own."""
    with admission() as running:
        yield running


def from_(number: int) -> str:
    """An address of its own for each guess."""
    return f"203.0.{number // 250}.{number % 250}"


@pytest.mark.parametrize("action", ["login", "pin"])
def test_a_token_of_ones_own_hides_no_account_that_one_guesses_at(shared: Process, action: str) -> None:
    victim = f"{action}-victim@example.org"
    passed = 0
    for number in range(20):
        headers = {
            "account": victim,
            "user": f"mallory-{number}",
            "client": from_(number),
            "request": f"{number}",
        }
        if shared.admit(action, **headers).status == 200:
            passed += 1
            shared.outcome(action, 401, **headers)
    assert passed == 5
    assert shared.admit(action, account=victim, client="192.0.2.1").status == 429


def test_who_is_signed_in_is_counted_beside_the_account_that_the_request_names(shared: Process) -> None:
    for number in range(5):
        headers = {
            "account": f"other-{number}",
            "user": "stolen",
            "client": from_(number),
            "request": f"{number}",
        }
        assert shared.admit("pin", **headers).status == 200
        shared.outcome("pin", 401, **headers)
    assert shared.admit("pin", user="stolen", client="192.0.2.2").status == 429
    assert shared.admit("pin", account="stolen", client="192.0.2.2").status == 429
    assert shared.admit("pin", account="other-1", client="192.0.2.2").status == 200


def test_a_success_that_may_be_anothers_makes_no_device_known_and_wipes_no_failure(shared: Process) -> None:
    for number in range(4):
        shared.outcome("pin", 401, account="careful", client=from_(number), request=f"c{number}")
    both = {"account": "careful", "user": "mallory", "device": "mallorys", "client": "192.0.2.3"}
    assert shared.admit("pin", **both, request="both").status == 200
    shared.outcome("pin", 200, **both, request="both")
    assert (
        shared.admit("pin", account="careful", device="mallorys", client=from_(9), request="c9").status == 200
    )
    shared.outcome("pin", 401, account="careful", device="mallorys", client=from_(9), request="c9")
    assert shared.admit("pin", account="careful", device="mallorys", client=from_(10)).status == 429


def test_a_tier_of_ones_own_gives_no_more_guesses_at_another() -> None:
    tiers = {"policies": LIMITS["policies"] | {"login": LIMITS["policies"]["login"] | {"tiers": True}}}
    with admission(
        shields={"other": {"action": "pin"}, "wide": {"action": "login", "failures": 900}}, **tiers
    ) as own:
        told = [
            own.admit("login", account="v", user="m", tier="vip", client=from_(number)).status
            for number in range(7)
        ]
        assert told == [200] * 5 + [429] * 2
        assert (
            own.admit("login", account="M", user="m", tier="vip")
            .headers["x-meridian-exact"]
            .startswith("login;q=25")
        )


@pytest.mark.parametrize(
    "written",
    [
        "Ünï@Example.org",
        "  ünï@example.org\x00",
        "\ufeffÜNÏ@example.org\r\n",
        "u\u0308ni\u0308@example.org",
        "ünï＠ｅxample.org",
    ],
)
def test_an_account_is_one_however_it_is_written(shared: Process, written: str) -> None:
    for number in range(5):
        shared.admit("pin", account=quote("ünï@example.org"), client=from_(number))
    assert shared.admit("pin", account=quote("uni@example.org"), client="192.0.2.4").status == 200
    shared.outcome("pin", 503, account=quote("uni@example.org"), client="192.0.2.4")
    assert shared.admit("pin", account=quote(written), client="192.0.2.4").status == 429


def test_accounts_of_1024_bytes_are_told_apart(shared: Process) -> None:
    for _ in range(6):
        told = shared.admit("pin", account=quote("é" * 511 + "a"), client="192.0.2.5")
    assert told.status == 429
    assert shared.admit("pin", account=quote("é" * 511 + "b"), client="192.0.2.6").status == 200


def test_an_attempt_that_names_no_account_is_refused_and_says_where_it_is_expected(process: Process) -> None:
    told = process.ask("POST", "/admit/v1/login", NO_ACCOUNT)
    assert (told.status, told.headers["content-type"]) == (400, "application/problem+json")
    assert told.json == {
        "type": "/docs/problems#unreadable-account",
        "title": "The account cannot be read",
        "status": 400,
        "detail": "Send which account this is about as the field email of a JSON body.",
        "limit": "guessing",
    }
    assert process.admit("login", account="%20%00").status == 400, "nothing but blanks names nobody"
    assert process.state()["counts"]["guessing"]["unreadable"] == 2
    signed_in = NO_ACCOUNT | {"x-meridian-user": "u1"}
    assert process.ask("POST", "/admit/v1/login", signed_in).status == 200
    process.stop()
    [counted] = [each["policies"]["guessing"] for each in process.log() if each["event"] == "counts"]
    assert counted["unreadable"] == 2


def test_where_a_shield_says_so_an_attempt_that_names_no_account_counts_by_its_address_and_is_told_of() -> (
    None
):
    lenient: dict[str, Any] = {
        "guessing": {"action": "login", "unreadable": "count"},
        "strict": {"action": "pin", "account": {"header": "x-card"}},
    }
    with admission(shields=lenient) as process:
        statuses = []
        for number in range(7):
            asked = NO_ACCOUNT | {"x-request-id": str(number)}
            statuses.append(process.ask("POST", "/admit/v1/login", asked).status)
            process.ask("POST", "/outcome", asked | {"x-meridian-status": "401"})
        assert statuses == [200] * 5 + [429] * 2
        assert process.state()["counts"]["guessing"]["unreadable"] == 7
        told = process.ask("POST", "/admit/v1/pin", NO_ACCOUNT | {"x-meridian-action": "pin"})
        assert (told.status, "the header x-card" in told.json["detail"]) == (400, True)


NO_ACCOUNT = {
    "x-meridian-action": "login",
    "x-meridian-client": "198.51.100.77",
    "x-meridian-account-missing": "1",
}


def exhausted(process: Process, account: str = "anna@example.com", **headers: str) -> None:
    """Nobody is at fault: the app answers 503, so no shield counts anything."""
    for _ in range(5):
        assert process.login(503, account=account, **headers).status == 200
    assert process.admit("login", account=account, **headers).headers["x-meridian-limit"] == "login"


def test_an_operators_override_of_a_user_holds_for_their_login_before_they_are_signed_in(
    process: Process,
) -> None:
    def quota() -> int:
        checked = process.check(action="login", user="anna@example.com", dry_run=True)
        return int(checked.json["limits"][0]["quota"])

    process.tell(LimitsState(users={"Anna@example.com": {"login": 50}}))
    until(lambda: quota() == 50, 5)
    for _ in range(20):
        assert process.login(503, account="anna@example.com", client="192.0.2.8").status == 200


def test_an_operators_reset_of_a_user_holds_for_their_account_and_their_devices_and_nobody_else(
    process: Process,
) -> None:
    assert process.login(200, account="anna@example.com", device="phone").status == 200
    for account, device in (
        ("anna@example.com", "phone"),
        ("anna@example.com", ""),
        ("otto@example.com", ""),
    ):
        for _ in range(5):
            process.login(503, account=account, device=device)
        assert process.admit("login", account=account, device=device).status == 429
    checked = process.check(action="login", user="Anna@example.com", dry_run=True).json
    assert (checked["allowed"], checked["limits"][0]["remaining"]) == (False, 0)
    process.tell(LimitsState(resets={"anna@example.com": 1}))
    until(lambda: process.check(action="login", user="anna@example.com", dry_run=True).json["allowed"], 5)
    assert process.admit("login", account="anna@example.com").status == 200
    assert process.admit("login", account="anna@example.com", device="phone").status == 200
    assert process.admit("login", account="otto@example.com").status == 429


def test_lifting_an_accounts_block_gives_it_fresh_login_counters_too(process: Process) -> None:
    exhausted(process)
    exhausted(process, "otto@example.com", client="192.0.2.9")
    process.tell(LimitsState(lifted=(Lift("account", "anna@example.com", time.time()),)))
    until(lambda: process.admit("login", account="anna@example.com").status == 200, 5)
    assert process.admit("login", account="otto@example.com", client="192.0.2.9").status == 429
