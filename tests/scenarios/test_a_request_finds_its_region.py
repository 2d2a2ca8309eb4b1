"""From real client addresses to the right region, by the rules in their order; and no claim of a client's own changes it."""

import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.world import AMERICAN, BRAZILIAN, BRITISH, INDIAN, PRIVATE, World, until


@pytest.mark.parametrize(
    ("ip", "region", "location"),
    [
        (BRITISH, "EU", "europe-west1"),
        (INDIAN, "APAC", "asia-south1"),
        (BRAZILIAN, "US", "us-central1"),
        (AMERICAN, "US", "us-central1"),
        ("2a02:c7f::1", "EU", "europe-west1"),
        ("105.112.0.1", "EU", "europe-west1"),
        (PRIVATE, "EU", "europe-west1"),
    ],
)
@pytest.mark.parametrize("edge", ["EU", "US", "APAC"])
def test_an_address_is_served_by_its_region_whichever_edge_it_reaches(
    calm: World, ip: str, region: str, location: str, edge: str
) -> None:
    answer = calm.get("/v1/feed", ip, edge)
    assert answer.status_code == 200
    assert (answer.json()["home"], answer.json()["location"]) == (region, location)
    assert answer.headers["x-meridian-location"] == location


def test_the_wallet_runs_in_europe_for_everyone(calm: World) -> None:
    answer = calm.get("/v1/wallet", BRAZILIAN, "US")
    assert (answer.json()["home"], answer.json()["location"]) == ("US", "europe-west1")


def test_media_goes_to_the_nearest_region_whatever_the_home(calm: World) -> None:
    home = calm.get(
        "/infrastructure/region-config", BRITISH, authorization=f"Bearer {calm.token('traveller-1')}"
    ).json()
    answer = calm.ask("POST", "/v1/media", INDIAN, "APAC", meridian_home=home["home_token"])
    assert (answer.json()["home"], answer.json()["location"]) == ("EU", "asia-south1")


def test_a_european_travelling_in_america_reaches_europe(calm: World) -> None:
    token = calm.token("traveller-2", tier="premium")
    home = calm.get("/infrastructure/region-config", BRITISH, "EU", authorization=f"Bearer {token}").json()
    assert (home["region"], home["expires_in"]) == ("EU", 3600)
    answer = calm.get(
        "/v1/feed", AMERICAN, "US", authorization=f"Bearer {token}", meridian_home=home["home_token"]
    ).json()
    assert (answer["home"], answer["location"], answer["tier"]) == ("EU", "europe-west1", "premium")
    again = calm.get("/infrastructure/region-config", AMERICAN, "US", authorization=f"Bearer {token}").json()
    assert (again["region"], again["rule"]) == ("EU", "home")


def test_a_home_token_of_somebody_else_is_ignored(calm: World) -> None:
    other = calm.token("somebody-else")
    home = calm.get("/infrastructure/region-config", BRITISH, authorization=f"Bearer {other}").json()[
        "home_token"
    ]
    answer = calm.get(
        "/v1/feed", AMERICAN, "US", authorization=f"Bearer {calm.token('me')}", meridian_home=home
    )
    assert answer.json()["home"] == "US"


@pytest.mark.parametrize(
    "kind", ["another key", "expired", "another audience", "another issuer", "alg none", "garbage"]
)
def test_a_token_that_is_not_valid_is_refused_and_told_so(calm: World, kind: str) -> None:
    answer = calm.get("/v1/feed", BRITISH, authorization=f"Bearer {forged(calm, kind)}")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/docs/problems#invalid-token"


def forged(calm: World, kind: str) -> str:
    key = (calm.home / "world/app-issuer.pem").read_text()
    kid = jwt.get_unverified_header(calm.token("anyone"))["kid"]
    claims = {
        "iss": "https://id.avalo.example",
        "aud": "avalo",
        "sub": "root",
        "exp": time.time() + 600,
        "tier": "vip",
    }
    if kind == "another key":
        return jwt.encode(claims, ec.generate_private_key(ec.SECP256R1()), "ES256", headers={"kid": kid})
    if kind == "expired":
        return jwt.encode({**claims, "exp": time.time() - 600}, key, "ES256", headers={"kid": kid})
    if kind == "another audience":
        return jwt.encode({**claims, "aud": "somebody"}, key, "ES256", headers={"kid": kid})
    if kind == "another issuer":
        return jwt.encode({**claims, "iss": "https://evil.example"}, key, "ES256", headers={"kid": kid})
    if kind == "alg none":
        return jwt.encode(claims, None, "none")
    return "not.a.token"


def test_headers_that_only_meridian_writes_change_nothing_when_a_client_sends_them(calm: World) -> None:
    spoofed = {
        "x_meridian_user": "root",
        "x_meridian_tier": "vip",
        "x_meridian_region": "APAC",
        "x_meridian_target": "APAC",
        "x_meridian_bound": "open",
        "x_meridian_country": "IN",
        "x_envoy_upstream_rq_timeout_ms": "1",
    }
    answer = calm.get("/v1/feed", BRITISH, **spoofed)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["user"], told["tier"], told["home"], told["country"]) == (None, None, "EU", "GB")


def test_an_override_reaches_every_edge_within_a_second_and_can_be_taken_back(calm: World) -> None:
    token = f"Bearer {calm.token('vip-1', tier='vip')}"
    calm.run("user", "override", "vip-1", "APAC", "--reason", "a scenario")
    began = time.monotonic()
    for edge in ("EU", "US", "APAC"):
        until(
            lambda edge=edge: (
                calm.get("/v1/feed", BRITISH, edge, authorization=token).json()["home"] == "APAC"
            ),
            5,
            f"the override at edge {edge}",
        )
    assert time.monotonic() - began < 1.0
    calm.run("user", "clear-override", "vip-1", "--reason", "the scenario is over")
    until(
        lambda: calm.get("/v1/feed", BRITISH, authorization=token).json()["home"] == "EU",
        5,
        "the override to be gone",
    )


@pytest.mark.parametrize(
    ("given", "rule", "region"),
    [
        (["--ip", BRITISH, "--feature", "chat"], "country", "EU"),
        (["--ip", INDIAN, "--feature", "chat", "--user", "nobody-yet"], "country", "APAC"),
        (["--ip", AMERICAN, "--feature", "feed", "--user", "explained", "--home-region", "EU"], "home", "EU"),
        (["--ip", PRIVATE, "--feature", "feed", "--declared", "BR"], "declared", "US"),
        (["--ip", PRIVATE, "--feature", "feed"], "default", "EU"),
        (["--ip", BRITISH, "--feature", "wallet", "--down", "EU"], "country", "EU"),
    ],
)
def test_route_explain_names_the_rule_that_decided(
    calm: World, given: list[str], rule: str, region: str
) -> None:
    answer = calm.json("route", "explain", *given)
    assert (answer["rule"], answer["user_region"]) == (rule, region)


def test_the_response_says_why_when_an_operator_asks(calm: World) -> None:
    token = calm.operator("POST", "/infrastructure/explain-token").json()["token"]
    asked = calm.get("/v1/feed", INDIAN, "EU", meridian_explain=token)
    explained = calm.json("route", "explain", "--ip", INDIAN, "--feature", "feed")
    assert asked.headers["x-meridian-route"] == explained["sentence"]
    assert "x-meridian-route" not in calm.get("/v1/feed", INDIAN, "EU").headers
    assert "x-meridian-route" not in calm.get("/v1/feed", INDIAN, "EU", meridian_explain="forged").headers
