"""What operators ask and change about limits, over HTTP."""

import time
from datetime import timedelta

import jwt
import pytest

from meridian.limits.blocks import record_block_events
from meridian.limits.checkapi import AUDIENCE
from tests.limits.live import Live


async def test_every_limit_is_listed_with_what_it_means(live: Live) -> None:
    found = (await live.ops("GET", "")).json()
    listed = {each["name"]: each for each in found["policies"]}
    assert list(listed)[:2] == ["rapid", "chat"]
    assert (listed["rapid"]["rate"], listed["rapid"]["window"], listed["rapid"]["burst"]) == (20, 2.0, 160)
    assert (listed["pay"]["scope"], listed["pay"]["on_failure"], listed["pay"]["tiers"]) == (
        "exact",
        "deny",
        False,
    )
    assert listed["money"]["class_name"] == "money"
    assert listed["chat"]["sentence"] == "chat: 100 per 1m"
    assert found["tiers"] == {"free": 1.0, "premium": 2.0, "vip": 5.0}
    assert found["shields"][0]["name"] == "pay-guessing"


async def test_explain_says_what_each_limit_is_and_who_chose_it(live: Live) -> None:
    body = {"rate": 500, "reason": "festival", "expires_in": "2h"}
    assert (await live.admin("PUT", "/users/u1/overrides/chat", body)).status_code == 200
    asked = {"user": "u1", "tier": "premium", "client": "81.2.69.142", "action": "chat"}
    told = (await live.ops("GET", "/explain", **asked)).json()
    limits = {each["name"]: each for each in told["limits"]}
    assert (told["country"], limits["country"]["counted"], limits["region"]["counted"]) == ("GB", "GB", "EU")
    assert limits["chat"]["quota"] == 500
    assert limits["chat"]["chosen"]["author"] == "anna"
    assert limits["general"]["sentence"] == "general: 400 per 1m: 200, times 2 for tier premium"
    other = (await live.ops("GET", "/explain", user="u2", action="chat")).json()
    assert next(each for each in other["limits"] if each["name"] == "chat")["quota"] == 100


@pytest.mark.parametrize(
    ("query", "status", "hint"),
    [
        ({"action": "caht"}, 404, "did you mean chat?"),
        ({"region": "Eu"}, 404, "did you mean EU?"),
        ({"client": "nowhere"}, 422, "write for example 81.2.69.142 or 2001:db8::1"),
        ({"user": " u"}, 422, "give the app's own id of the user"),
    ],
)
async def test_a_question_that_makes_no_sense_is_answered_with_what_to_do(
    live: Live, query: dict[str, str], status: int, hint: str
) -> None:
    answer = await live.ops("GET", "/explain", **query)
    assert (answer.status_code, answer.json()["todo"]) == (status, hint)


async def test_an_override_is_in_every_edge_s_snapshot_within_a_second_and_can_be_undone(live: Live) -> None:
    before = live.control.snapshots.wanted()
    began = time.monotonic()
    answer = await live.admin("PUT", "/users/a%2Fb/overrides/chat", {"rate": 500, "reason": "festival"})
    assert time.monotonic() - began < 1.0
    assert answer.status_code == 200, answer.text
    after = live.control.snapshots.wanted()
    assert all(before[region] != after[region] for region in ("EU", "US", "APAC"))
    [listed] = (await live.ops("GET", "/overrides")).json()["overrides"]
    assert (listed["kind"], listed["subject"], listed["policy"], listed["rate"]) == (
        "user",
        "a/b",
        "chat",
        500,
    )
    path = f"decisions/{answer.json()['decision']}/undo"
    assert (await live.admin("POST", path, {"reason": "a mistake"})).status_code == 200
    assert live.control.snapshots.wanted() == before
    assert (await live.ops("GET", "/users/a%2Fb/overrides/chat")).status_code == 404


@pytest.mark.parametrize("rate", [True, "5", 5.5, None])
async def test_a_rate_is_a_whole_number(live: Live, rate: object) -> None:
    answer = await live.admin("PUT", "/users/u1/overrides/chat", {"rate": rate, "reason": "x"})
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert (error["pointer"], error["detail"]) == (
        "#/rate",
        "this must be a whole number, written without quotes",
    )


async def test_fields_are_refused_in_sentences(live: Live) -> None:
    bad = await live.admin("POST", "/reset", {"kind": "user", "subject": "a\nb", "reason": ""})
    assert [error["detail"] for error in bad.json()["errors"]] == [
        "this has characters that cannot stand here; write plain text in one line",
        "this is empty; fill it in",
    ]
    none = await live.admin("POST", "/reset", {"kind": "users", "reason": "x"})
    assert [error["detail"] for error in none.json()["errors"]] == [
        "this is none of the choices; write 'user' or 'client'",
        "this is missing; add it",
    ]


async def test_a_user_s_id_may_have_256_characters(live: Live) -> None:
    path = f"/users/{'é' * 256}/overrides/chat"
    assert (await live.admin("PUT", path, {"rate": 7, "reason": "x"})).status_code == 200
    body = {"kind": "user", "subject": "é" * 256, "reason": "x"}
    assert (await live.admin("POST", "/reset", body)).status_code == 200
    assert (await live.ops("GET", "/explain", user="é" * 256)).json()["resets"] == 1


async def test_overrides_are_cleared_with_a_reason(live: Live) -> None:
    path = "/clients/2001:db8::1/overrides/general"
    assert (await live.admin("PUT", path, {"rate": 9, "reason": "a scraper"})).json()[
        "subject"
    ] == "2001:db8::/64"
    assert (await live.admin("DELETE", path)).status_code == 422
    done = await live.admin("DELETE", path, reason="it stopped")
    assert done.json()["sentence"] == "anna cleared the override of general for 2001:db8::/64, 9: it stopped"
    again = await live.admin("DELETE", path, reason="it stopped")
    assert (again.status_code, again.json()["todo"]) == (
        409,
        "list them with GET /infrastructure/limits/overrides",
    )


async def test_a_reset_changes_the_snapshots_and_is_counted(live: Live) -> None:
    before = live.control.snapshots.wanted()
    body = {"kind": "user", "subject": "u1", "reason": "our mistake"}
    assert (await live.admin("POST", "/reset", body)).status_code == 200
    assert live.control.snapshots.wanted() != before
    assert (await live.ops("GET", "/explain", user="u1")).json()["resets"] == 1


async def test_blocks_are_listed_and_lifted(live: Live) -> None:
    now = live.control.clock.now()
    event = {
        "event": "block",
        "kind": "account",
        "shield": "pay-guessing",
        "subject": "ab" * 16,
        "blocks": 2,
    }
    times = {"t": now.timestamp(), "until": (now + timedelta(hours=1)).timestamp()}
    async with live.control.database.connection() as connection:
        await record_block_events(connection, "EU", [event | times], now)
    [listed] = (await live.ops("GET", "/blocks")).json()["blocks"]
    assert (listed["name"], listed["in_a_row"]) == ("ab" * 16, 2)
    body = {"kind": "name", "subject": "ab" * 16, "reason": "she called"}
    assert (await live.admin("POST", "/blocks/lift", body)).status_code == 200
    assert [each.subject for each in live.control.state("limits").lifted] == ["ab" * 16]


async def test_a_check_token_is_signed_by_control_for_an_hour(live: Live) -> None:
    told = (await live.ops("POST", "/token")).json()
    key = jwt.PyJWKSet.from_dict(live.control.signing.jwks).keys
    kid = jwt.get_unverified_header(told["token"])["kid"]
    found = next(each for each in key if each.key_id == kid)
    claims = jwt.decode(told["token"], found.key, algorithms=["ES256"], audience=AUDIENCE, issuer="meridian")
    assert (claims["sub"], claims["exp"] - claims["iat"], told["expires_in"]) == ("otto", 3600, 3600)
    assert told["header"] == "meridian-check"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/users/u1/overrides/chat"),
        ("DELETE", "/users/u1/overrides/chat"),
        ("POST", "/reset"),
        ("POST", "/blocks/lift"),
    ],
)
async def test_ops_may_look_and_not_act(live: Live, method: str, path: str) -> None:
    assert (await live.ops(method, path, {})).status_code == 403
    assert (await live.http.get("/infrastructure/limits")).status_code == 401
