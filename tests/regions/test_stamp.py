"""The stamp in a real Envoy: what reaches the app, and the sentence, are what the rules in Python say; and nothing a client
writes changes that."""

import random
import time
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest

from meridian.config.schema.root import Config
from meridian.regions.policy import Facts, Preferences, route_feature
from meridian.regions.state import RegionsState
from tests.support.configs import small
from tests.support.envoys import BRAZILIAN, FRENCH, INDIAN, NOWHERE, Fleet, fleet
from tests.support.signers import Signer

APP = Signer("https://id.example", "shop", "app-1")
OWN = Signer("meridian", "meridian-home", "own-1")
EXPLAIN = Signer("meridian", "meridian-explain", "own-1", OWN.key)
FORGER = Signer("https://id.example", "shop", "app-1")
FORGED_OWN = Signer("meridian", "meridian-home", "own-1")

COUNTRIES = {FRENCH: "FR", INDIAN: "IN", BRAZILIAN: "BR", NOWHERE: ""}
OVERRIDES = {"vip": "APAC", "lost": "ATLANTIS"}
PREFERENCES = Preferences(nearest={"BR": "EU"}, optimal={"EU": {"FR": "US"}, "US": {"BR": "APAC"}})
STATE = RegionsState(overrides=OVERRIDES, preferences=PREFERENCES)
PATHS = {
    "chat": "/v1/chat/messages",
    "chat-search": "/v1/chat/search",
    "wallet": "/v1/wallet",
    "media": "/v1/media/42",
    "ai": "/v1/ai",
}


def trusting(**replaced: Any) -> Config:
    """The word of 127.0.0.1 is taken for a client's address, of 127.0.0.2 not."""
    edge = {"client_address": {"trusted": ["127.0.0.1/32"]}}
    return small(edge={**edge, **replaced})


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    jwks = {"app": APP.jwks, "meridian": OWN.jwks}
    folder = tmp_path_factory.mktemp("stamp")
    with fleet(trusting(), folder, jwks, {"routing": STATE}, only=["US"], healthy=False) as running:
        yield running


@pytest.fixture
def ask(edges: Fleet) -> Iterator[Any]:
    """Requests at the US edge. Clusters towards EU and APAC lead to edges that do not run here, so what is asked for there is
    read from the answer; `told` is what reached the US app."""
    edges.apps.forget()
    yield edges
    edges.apps.forget()


def explained(**headers: str) -> dict[str, str]:
    return {"meridian-explain": EXPLAIN.sign(), **headers}


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


CASES: Mapping[str, tuple[Facts, dict[str, str], str]] = {
    "override": (
        Facts(user="vip", override="APAC", home="EU", country="FR"),
        {**bearer(APP.sign(sub="vip")), "meridian-home": OWN.sign(sub="vip", region="EU")},
        FRENCH,
    ),
    "override to a region that is gone": (
        Facts(user="lost", override="ATLANTIS", country="IN"),
        bearer(APP.sign(sub="lost")),
        INDIAN,
    ),
    "home": (
        Facts(user="u1", home="EU", country="BR"),
        {**bearer(APP.sign(sub="u1")), "meridian-home": OWN.sign(sub="u1", region="EU")},
        BRAZILIAN,
    ),
    "home without the app's token": (
        Facts(user="u1", home="EU", country="IN"),
        {"meridian-home": OWN.sign(sub="u1", region="EU", tier="gold")},
        INDIAN,
    ),
    "home in a region that is gone": (
        Facts(user="u1", home="ATLANTIS", country="IN"),
        {"meridian-home": OWN.sign(sub="u1", region="ATLANTIS")},
        INDIAN,
    ),
    "country": (Facts(country="FR"), {}, FRENCH),
    "country before what the app declares": (
        Facts(user="u1", country="BR", declared="FR"),
        bearer(APP.sign(sub="u1", country="FR")),
        BRAZILIAN,
    ),
    "declared": (Facts(user="u1", declared="JP"), bearer(APP.sign(sub="u1", country="JP")), NOWHERE),
    "declared that no region serves": (
        Facts(user="u1", declared="ZZ"),
        bearer(APP.sign(sub="u1", country="ZZ")),
        NOWHERE,
    ),
    "default": (Facts(), {}, NOWHERE),
    "another user's home": (
        Facts(user="u2", country="IN"),
        {**bearer(APP.sign(sub="u2")), "meridian-home": OWN.sign(sub="u1", region="EU")},
        INDIAN,
    ),
    "an app's token that names no user, and a home": (
        Facts(country="IN"),
        {**bearer(APP.sign()), "meridian-home": OWN.sign(sub="u1", region="EU")},
        INDIAN,
    ),
    "expired home": (
        Facts(user="u1", country="BR"),
        {
            **bearer(APP.sign(sub="u1")),
            "meridian-home": OWN.sign(sub="u1", region="EU", exp=int(time.time()) - 3600),
        },
        BRAZILIAN,
    ),
    "forged home": (
        Facts(country="BR"),
        {"meridian-home": FORGED_OWN.sign(sub="u1", region="EU")},
        BRAZILIAN,
    ),
    "unsigned home": (Facts(country="BR"), {"meridian-home": OWN.unsigned(sub="u1", region="EU")}, BRAZILIAN),
    "a home that is an app's token": (
        Facts(country="BR"),
        {"meridian-home": APP.sign(sub="u1", region="EU")},
        BRAZILIAN,
    ),
    "a home for another audience": (
        Facts(country="BR"),
        {"meridian-home": EXPLAIN.sign(sub="u1", region="EU")},
        BRAZILIAN,
    ),
    "garbage for a home": (Facts(country="BR"), {"meridian-home": "a.b.c"}, BRAZILIAN),
}


@pytest.mark.parametrize("name", CASES)
def test_the_sentence_is_word_for_word_that_of_the_rules(ask: Fleet, name: str) -> None:
    facts, headers, ip = CASES[name]
    for feature, path in PATHS.items():
        answer = ask.ask("US", path, ip, headers=explained(**headers))
        decided = route_feature(ask.config, facts, feature, preferences=PREFERENCES)
        assert answer.headers["x-meridian-route"] == decided.sentence, f"{name}: {feature}"


def test_random_facts_give_the_same_sentence(ask: Fleet) -> None:
    chance = random.Random(7)
    for _ in range(150):
        user = chance.choice(("", "u1", "u2", "vip", "lost"))
        home, declared = (
            chance.choice(("", "EU", "US", "APAC", "XX")),
            chance.choice(("", "FR", "JP", "US", "ZZ")),
        )
        ip, feature = chance.choice(list(COUNTRIES)), chance.choice(list(PATHS))
        headers = bearer(APP.sign(sub=user, country=declared or None)) if user else {}
        if home and user:
            headers["meridian-home"] = OWN.sign(sub=user, region=home)
        facts = Facts(
            user, OVERRIDES.get(user, ""), home if user else "", COUNTRIES[ip], declared if user else ""
        )
        decided = route_feature(ask.config, facts, feature, preferences=PREFERENCES)
        answer = ask.ask("US", PATHS[feature], ip, headers=explained(**headers))
        assert answer.headers["x-meridian-route"] == decided.sentence, (facts, feature)


def told(ask: Fleet, path: str = "/v1/chat/1", ip: str = BRAZILIAN, **headers: str) -> dict[str, str]:
    """The headers with which a request reached the US app."""
    answer = ask.ask("US", path, ip, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["location"] == "us-central1"
    return dict(answer.json()["headers"])


def own(headers: Mapping[str, str]) -> dict[str, str]:
    return {name[11:]: value for name, value in headers.items() if name.startswith("x-meridian-")}


def test_the_app_is_told_who_where_and_why(ask: Fleet) -> None:
    token = APP.sign(sub="u1", tier="gold", country="US")
    reached = told(ask, authorization=f"Bearer {token}", **{"meridian-home": OWN.sign(sub="u1", region="US")})
    assert own(reached) == {
        "user": "u1",
        "tier": "gold",
        "country": "BR",
        "declared": "US",
        "home": "US",
        "region": "US",
        "target": "US",
        "client": BRAZILIAN,
        "repeatable": "1",
        "risk": "low",
    }
    assert reached["authorization"] == f"Bearer {token}", "the app's own token is passed on"
    assert "meridian-home" not in reached, "Meridian's tokens are for its edges"


def test_nobody_without_an_explain_token_is_told_why(ask: Fleet) -> None:
    wrong = (OWN.sign(), APP.sign(), EXPLAIN.sign(exp=int(time.time()) - 3600), EXPLAIN.unsigned(), "yes")
    for headers in ({}, *({"meridian-explain": token} for token in wrong)):
        answer = ask.ask("US", "/v1/chat", BRAZILIAN, headers=headers)
        assert answer.status_code == 200
        assert "x-meridian-route" not in answer.headers


SPOOFED = {
    "x-meridian-user": "root",
    "X-Meridian-Tier": "gold",
    "x-meridian-region": "EU",
    "x-meridian-target": "EU",
    "x-meridian-bound": "open",
    "x-meridian-chain": "europe-west1",
    "x-meridian-country": "DE",
    "x-meridian-client": "1.2.3.4",
    "x-meridian-home": "EU",
    "x-meridian-declared": "DE",
    "x-meridian-anything": "1",
    "x_meridian_user": "root",
    "x-meridian_user": "root",
    "x_meridian-region": "EU",
}


def test_spoofed_headers_change_nothing(ask: Fleet) -> None:
    honest, spoofed = told(ask), told(ask, **SPOOFED)
    assert own(spoofed) == own(honest)
    assert not [name for name in spoofed if "_" in name]
    assert "root" not in spoofed.values()


def test_spoofed_headers_change_no_decision(ask: Fleet) -> None:
    plain, spoofed = (
        ask.ask("US", "/v1/chat", BRAZILIAN, headers=explained(**headers)).headers["x-meridian-route"]
        for headers in ({}, SPOOFED)
    )
    assert plain == spoofed


def test_envoys_own_control_headers_are_not_taken_from_a_client(ask: Fleet) -> None:
    given = {
        "x-envoy-retry-on": "5xx",
        "x-envoy-max-retries": "9",
        "x-envoy-upstream-rq-timeout-ms": "1",
        "x-envoy-upstream-alt-stat-name": "x",
        "x-envoy-decorator-operation": "x",
        "x-envoy-original-path": "/admin",
        "x-envoy-internal": "true",
        "x-envoy-external-address": "1.2.3.4",
        "x-envoy-force-trace": "1",
    }
    ask.apps["us-central1"].trouble = ""
    reached = told(ask, **given)
    assert not {name: reached[name] for name in given if name in reached}


def from_untrusted(edges: Fleet, **headers: str) -> dict[str, str]:
    """As a client connecting from 127.0.0.2, which is nobody's proxy."""
    transport = httpx.HTTPTransport(local_address="127.0.0.2")
    with httpx.Client(transport=transport, trust_env=False) as client:
        answer = client.get(f"{edges.edges['US'].url}/v1/media/1", headers=explained(**headers))
        return {"sentence": answer.headers["x-meridian-route"], **own(answer.json().get("headers", {}))}


@pytest.mark.parametrize(
    "header", ["x-forwarded-for", "x-real-ip", "cf-connecting-ip", "forwarded", "true-client-ip"]
)
def test_an_untrusted_source_cannot_name_another_address(ask: Fleet, header: str) -> None:
    facts = Facts()  # 127.0.0.2 is in no country
    expected = route_feature(ask.config, facts, "media").sentence
    assert from_untrusted(ask, **{header: INDIAN})["sentence"] == expected


def test_a_trusted_proxy_is_believed_about_the_last_hop_only(ask: Fleet) -> None:
    """The client itself wrote the first address; the proxy added the second."""
    reached = told(ask, ip=f"{INDIAN}, {BRAZILIAN}")
    assert own(reached)["client"] == BRAZILIAN
    assert own(reached)["country"] == "BR"


BAD_TOKENS = {
    "forged": FORGER.sign(sub="vip"),
    "expired": APP.sign(sub="vip", exp=int(time.time()) - 3600),
    "unsigned": APP.unsigned(sub="vip"),
    "another audience": APP.sign(sub="vip", aud="elsewhere"),
    "another issuer": APP.sign(sub="vip", iss="https://evil.example"),
    "a home token": OWN.sign(sub="vip", region="APAC"),
    "not yet valid": APP.sign(sub="vip", nbf=int(time.time()) + 3600),
    "garbage": "x.y.z",
}


@pytest.mark.parametrize("name", BAD_TOKENS)
def test_a_token_that_is_not_valid_is_401_and_reaches_no_app(ask: Fleet, name: str) -> None:
    answer = ask.ask("US", "/v1/chat", BRAZILIAN, headers=bearer(BAD_TOKENS[name]))
    assert answer.status_code == 401, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/docs/problems#invalid-token"
    assert answer.json()["status"] == 401
    assert ask.apps.seen() == []


@pytest.mark.parametrize(
    ("claims", "user", "tier"),
    [
        ({"sub": "u1", "tier": 1234567890123456}, "u1", "1234567890123456"),
        ({"sub": "u1", "tier": 3}, "u1", "3"),
        ({"sub": "u1", "tier": ""}, "u1", "free"),
        (
            {"sub": "u1", "tier": ["gold"]},
            "u1",
            "WyJnb2xkIl0=",
        ),  # as Envoy writes what is no text: JSON in base64
        ({"sub": "u1\r\nx-meridian-tier: gold"}, None, None),
        ({"sub": "u1", "tier": "free\r\nx-meridian-risk: none"}, "u1", "free"),
        ({"sub": "u1\0"}, None, None),
        ({"sub": "renée"}, "renée", "free"),
        ({}, None, None),
    ],
)
def test_claims_reach_the_app_as_text_that_cannot_break_a_header(
    ask: Fleet, claims: dict[str, Any], user: str | None, tier: str | None
) -> None:
    reached = own(told(ask, **bearer(APP.sign(**claims))))
    found = reached.get("user")
    assert (found.encode("latin-1").decode() if found else None) == user
    assert reached.get("tier") == tier
    assert reached["risk"] == "low"


def test_the_longest_prefix_wins_and_a_prefix_ends_at_a_slash(ask: Fleet) -> None:
    expected = {
        "/v1/chat": "chat ->",
        "/v1/chat/": "chat ->",
        "/v1/chat/x": "chat ->",
        "/v1/chat/searching": "chat ->",
        "/v1/chat/search": "chat-search ->",
        "/v1/chat/search/x?y=/v1/wallet": "chat-search ->",
        "/v1/chat?x=1": "chat ->",
        "//v1///chat": "chat ->",
        "/v1/wallet/../chat": "chat ->",
        "/v1/./chat": "chat ->",
        "/v1/%63hat": "chat ->",
    }
    for path, start in expected.items():
        route = raw(ask, path).headers.get("x-meridian-route", "")
        assert route.startswith(start), f"{path}: {route}"


@pytest.mark.parametrize(
    "path", ["/v1/chatty", "/v1", "/", "/V1/chat", "/v1/chatx/search", "/__meridian", "/v1/wallet/../../v1/x"]
)
def test_a_path_of_no_feature_is_404(ask: Fleet, path: str) -> None:
    answer = raw(ask, path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/docs/problems#no-such-feature"
    assert ask.apps.seen() == []


@pytest.mark.parametrize(
    "path", ["/v1/chat%2Fsearch", "/v1%2fwallet", "/v1/chat/..%2Fwallet", "/v1/chat%5Csearch"]
)
def test_an_escaped_slash_is_refused(ask: Fleet, path: str) -> None:
    answer = raw(ask, path)
    assert answer.status_code == 400
    assert ask.apps.seen() == []


def raw(edges: Fleet, path: str) -> httpx.Response:
    """A request whose path is sent exactly as given."""
    url = httpx.URL(edges.edges["US"].url).copy_with(raw_path=path.encode())
    return edges.client.get(url, headers=explained(**{"x-forwarded-for": BRAZILIAN}))


def test_long_names_are_clipped_alike() -> None:
    """In Python; that Lua clips alike is in the test below."""
    sentence = route_feature(long_names(), Facts(country="FR"), "f" * 60).sentence
    assert len(sentence) == 140
    assert sentence.endswith("…")


def long_names() -> Config:
    raw_config = small().model_dump(mode="json", exclude_unset=True)
    long = "R" * 60
    raw_config["regions"] = {long: {"locations": list(raw_config["locations"]), "residency": "all"}}
    raw_config["residency"] = {"all": {"locations": list(raw_config["locations"])}}
    raw_config["countries"] = {long: ["FR"]}
    raw_config["default_region"] = long
    raw_config["features"] = {"f" * 60: {"service": "chat", "paths": ["/"]}}
    raw_config["edge"] = {"client_address": {"trusted": ["127.0.0.1/32"]}}
    return Config.model_validate(raw_config)


def test_a_long_sentence_is_clipped_at_the_edge_as_in_python(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    config = long_names()
    with fleet(config, tmp_path_factory.mktemp("long"), {"meridian": OWN.jwks}) as running:
        answer = running.ask("R" * 60, "/x", FRENCH, headers=explained())
        told = answer.headers["x-meridian-route"]
        assert told == route_feature(config, Facts(country="FR"), "f" * 60).sentence
