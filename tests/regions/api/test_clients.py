"""What apps' clients ask control, over HTTP: with PostgreSQL there, and with it away."""

import asyncio
import json
from pathlib import Path

import jwt

from meridian.regions.homes.tokens import HOME_AUDIENCE
from tests.regions.bench import report, seen
from tests.regions.live import AMERICAN, BRITISH, EMIRATI, INDIAN, PRIVATE, Live, living
from tests.support.postgres import Server

CONFIG = "/infrastructure/region-config"


async def test_an_anonymous_client_is_told_where_it_belongs_and_how_to_get_there(live: Live) -> None:
    answer = await live.client(CONFIG, INDIAN)
    told = answer.json()
    assert answer.headers["cache-control"].startswith("private")
    assert (told["region"], told["rule"], told["country"]) == ("APAC", "country", "IN")
    assert told["sentence"] == "APAC by rule 3 of 5 (country): the client address is in IN"
    assert told["url"] == "http://127.0.0.1:21003"
    assert told["failover"] == ["asia-south1"]
    assert [each["region"] for each in told["entrances"]] == ["APAC", "EU", "US"]
    assert told["features"]["wallet"] == {
        "target": "EU",
        "url": "http://127.0.0.1:21001",
        "paths": ["/v1/wallet", "/v1/tokens"],
    }
    assert told["measure"][0] == {"region": "EU", "url": "http://127.0.0.1:21001/__meridian/ready"}
    assert (told["user"], told["home_token"], told["home_stored"]) == ("", None, False)


async def test_the_first_contact_stores_the_home_which_then_travels_along(live: Live) -> None:
    first = (await live.client(CONFIG, BRITISH, "traveller")).json()
    assert (first["region"], first["rule"], first["home_stored"], first["expires_in"]) == (
        "EU",
        "country",
        True,
        3600,
    )
    abroad = (await live.client(CONFIG, AMERICAN, "traveller")).json()
    assert (abroad["region"], abroad["rule"]) == ("EU", "home")
    stored = (await live.ops("/infrastructure/users/traveller/home")).json()
    assert (stored["region"], stored["source"], stored["decided_by"]) == (
        "EU",
        "first contact",
        "rule country",
    )


async def test_the_home_token_is_one_that_edges_take(live: Live) -> None:
    told = (await live.client(CONFIG, BRITISH, "u1")).json()
    key = jwt.PyJWKSet.from_dict(live.control.keys.jwks())[
        jwt.get_unverified_header(told["home_token"])["kid"]
    ]
    claims = jwt.decode(told["home_token"], key, ["ES256"], audience=HOME_AUDIENCE, issuer="meridian")
    assert (claims["sub"], claims["region"], claims["tier"]) == ("u1", "EU", "free")
    assert claims["exp"] - claims["iat"] == 3600
    assert claims["jti"]
    again = (await live.client(CONFIG, BRITISH, "u1")).json()["home_token"]
    assert jwt.decode(again, options={"verify_signature": False})["jti"] != claims["jti"]


async def test_of_many_first_contacts_at_once_one_home_is_stored(live: Live) -> None:
    answers = await asyncio.gather(
        *(live.client(CONFIG, ip, "twin") for ip in (BRITISH, AMERICAN, INDIAN) * 4)
    )
    stored = (await live.ops("/infrastructure/users/twin/home")).json()["region"]
    assert {answer.status_code for answer in answers} == {200}
    assert all(answer.json()["home_stored"] for answer in answers)
    assert (await live.client(CONFIG, PRIVATE, "twin")).json()["region"] == stored


async def test_a_user_of_whom_nothing_is_known_is_not_bound_for_ever(live: Live) -> None:
    lost = (await live.client(CONFIG, PRIVATE, "lost")).json()
    assert (lost["region"], lost["rule"], lost["home_stored"]) == ("EU", "default", False)
    found = (await live.client(CONFIG, AMERICAN, "lost")).json()
    assert (found["region"], found["rule"], found["home_stored"]) == ("US", "country", True)


async def test_an_override_decides_but_the_home_stays_what_it_is(live: Live) -> None:
    body = {"region": "APAC", "reason": "vip"}
    await live.admin("PUT", "/infrastructure/users/vip/override", body)
    told = (await live.client(CONFIG, BRITISH, "vip")).json()
    assert (told["region"], told["rule"]) == ("APAC", "override")
    claims = jwt.decode(told["home_token"], options={"verify_signature": False})
    assert claims["region"] == "EU"
    await live.admin("DELETE", "/infrastructure/users/vip/override")
    assert (await live.client(CONFIG, AMERICAN, "vip")).json()["region"] == "EU"


async def test_a_user_id_that_cannot_be_stored_is_treated_as_nobody_s(live: Live) -> None:
    told = (await live.client(CONFIG, INDIAN, "u" * 300)).json()
    assert (told["region"], told["user"], told["home_token"], told["home_stored"]) == (
        "APAC",
        "",
        None,
        False,
    )
    assert told["trouble"] == "a user id has 1 to 256 characters, not 300"


async def test_a_forged_token_is_refused(live: Live) -> None:
    answer = await live.http.get(CONFIG, headers={"authorization": "Bearer eyJhbGciOiJub25lIn0.e30."})
    assert answer.status_code == 401


async def test_health_says_what_edges_see_and_an_unknown_region_is_404_with_a_hint(live: Live) -> None:
    live.control.edges.hear(
        report("EU", health=(seen("europe-west1", "chat", healthy=False, reason="/timeout"),))
    )
    told = (await live.client("/infrastructure/health/EU")).json()
    assert (told["status"], told["services"][0]["reason"]) == ("down", "/timeout")
    missing = await live.client("/infrastructure/health/EUU")
    assert (missing.status_code, missing.json()["todo"]) == (404, "did you mean EU?")


async def test_ai_config_gives_the_endpoint_and_where_else(live: Live) -> None:
    told = (await live.client("/infrastructure/ai-config", INDIAN)).json()
    assert (told["region"], told["endpoint"]) == ("APAC", "http://127.0.0.1:21003/v1/ai")
    assert [each["region"] for each in told["fallbacks"]] == ["EU", "US"]
    assert told["why"] == "ai -> APAC, as the policy has it"


async def test_measurements_of_a_network_change_its_own_ai_config(live: Live) -> None:
    samples = [{"region": "APAC", "ms": 140}, {"region": "EU", "ms": 30}] * 12
    assert (await live.measured(samples, INDIAN)).json() == {"accepted": 24, "country": "IN"}
    await live.measured(samples, INDIAN)
    told = (await live.client("/infrastructure/ai-config", INDIAN)).json()
    assert told["region"] == "EU"
    assert "as the client's network measured" in told["why"]


HOSTILE: list[object] = [
    [],
    [{"region": "EU", "ms": 0}],
    [{"region": "EU", "ms": -1}],
    [{"region": "EU", "ms": 10_001}],
    [{"region": "EU", "ms": "fast"}],
    [{"region": "EU"}],
    [{"region": "EUU", "ms": 10}],
    [{"region": "E" * 64, "ms": 10}],
    [{"region": "EU\x00", "ms": 10}],
    [{"region": "EU", "ms": 10}] * 33,
    "everything",
]


async def test_hostile_measurements_are_refused(live: Live) -> None:
    for samples in HOSTILE:
        answer = await live.measured(samples)
        assert answer.status_code == 422, samples
        assert answer.headers["content-type"] == "application/problem+json"
    for ms in ("NaN", "Infinity", "-Infinity", "1e999"):
        text = json.dumps({"samples": [{"region": "EU", "ms": 7}]}).replace("7", ms)
        answer = await live.http.post(
            "/infrastructure/latency", content=text, headers={"content-type": "application/json"}
        )
        assert answer.status_code == 422, ms


async def test_one_network_may_not_speak_for_a_country(live: Live) -> None:
    samples = [{"region": "EU", "ms": 1}] * 32
    answers = [await live.measured(samples, EMIRATI) for _ in range(9)]
    assert [answer.status_code for answer in answers] == [202] * 7 + [429] * 2
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert (await live.measured(samples, BRITISH)).status_code == 202


async def test_with_postgresql_away_clients_are_answered_and_told_what_is_missing(
    tmp_path: Path, postgres: Server
) -> None:
    async with living(tmp_path / "control", postgres.url) as live:
        home = (await live.client(CONFIG, BRITISH, "traveller")).json()["home_token"]
        await live.admin("PUT", "/infrastructure/users/vip/override", {"region": "APAC", "reason": "vip"})
        postgres.kill()
        fresh = (await live.client(CONFIG, AMERICAN, "newcomer")).json()
        assert (fresh["region"], fresh["home_stored"]) == ("US", False)
        assert (
            fresh["trouble"]
            == "stored homes cannot be looked up now, so this answer comes from the request alone"
        )
        back = (await live.client(CONFIG, AMERICAN, "traveller", meridian_home=home)).json()
        assert (back["region"], back["rule"]) == ("EU", "home")
        assert back["home_token"]
        assert (await live.client(CONFIG, BRITISH, "vip")).json()["region"] == "APAC"
        assert (await live.client("/infrastructure/ai-config", INDIAN, "newcomer")).status_code == 200
        assert (await live.client("/infrastructure/health/EU")).status_code == 200
        assert (await live.ops("/infrastructure/overrides")).status_code == 503
        assert (await live.measured([{"region": "EU", "ms": 10}])).status_code == 503
