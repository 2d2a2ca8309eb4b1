"""Every limit of the Avalo profile, for each tier and each risk, counted through a real edge with its admission."""

import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import httpx
import pytest

from meridian.config.validation import validate
from meridian.core.risk import Risk
from meridian.features import features
from meridian.limits.applies import section
from meridian.limits.quota import quota
from tests.limits.admitting import admitting
from tests.limits.edge import EDGE, RISKY, Shop
from tests.support.envoys import fleet
from tests.support.signers import Signer

PROFILE = Path(__file__).parents[2] / "profiles/avalo/meridian.yaml"
REQUESTS = {
    "chat": ("POST", "/v1/chat/messages"),
    "swipe": ("POST", "/v1/swipe"),
    "ai": ("POST", "/v1/ai/messages"),
    "login": ("POST", "/v1/auth/login"),
    "token-purchase": ("POST", "/v1/tokens/purchase"),
    "media-upload": ("POST", "/v1/media"),
    "profile-update": ("PATCH", "/v1/profile"),
    "event-purchase": ("POST", "/v1/events/purchase"),
    "payout": ("POST", "/v1/payouts"),
    "call-start": ("POST", "/v1/calls"),
    "feed": ("GET", "/v1/feed"),
    "report": ("POST", "/v1/reports"),
}
SPEC = {
    "chat": (100, 60),
    "swipe": (50, 60),
    "ai": (20, 3600),
    "login": (5, 300),
    "token-purchase": (10, 3600),
    "media-upload": (20, 3600),
    "profile-update": (10, 300),
    "event-purchase": (10, 60),
    "payout": (5, 3600),
    "call-start": (20, 3600),
    "feed": (120, 60),
    "report": (10, 3600),
}
TIERS = {"free": 1.0, "premium": 2.0, "vip": 5.0}
CLASSES = {"auth": 5, "wallet": 10, "payment": 3, "ai": 50, "swipe": 100, "general": 200}
_ADDRESSES = count()


def fresh_address() -> str:
    """A French one that no request came from before, so that only the user is counted."""
    number = next(_ADDRESSES)
    return f"92.{184 + number // 62500}.{number // 250 % 250}.{1 + number % 250}"


@pytest.fixture(scope="module")
def avalo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    config = validate(PROFILE, features()).config
    assert config is not None
    limits = section(config)
    patient = limits.counters.model_copy(update={"deadline": 1.0})
    config = config.model_copy(
        update={
            "edge": config.edge.model_validate(EDGE),
            "limits": limits.model_copy(update={"counters": patient}),
        }
    )
    signer = Signer(config.identity.issuer, config.identity.audience, "app-1")
    with fleet(
        config,
        tmp_path_factory.mktemp("avalo"),
        {"app": signer.jwks},
        only=["EU"],
        healthy=False,
        more=(RISKY,),
    ) as running:
        shop = Shop(running, signer)
        with admitting(shop):
            yield shop


def test_the_profile_has_the_limits_of_the_spec(avalo: Shop) -> None:
    limits = section(avalo.running.config)
    for action, (rate, window) in SPEC.items():
        policy = limits.policies[action]
        assert (policy.rate, policy.window, policy.actions) == (rate, window, (action,))
        assert action in limits.actions
    by_class = {each.class_: each.rate for each in limits.policies.values() if each.class_}
    assert by_class == CLASSES
    assert dict(limits.tiers) == TIERS


@pytest.mark.parametrize("risk", list(Risk))
@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("action", REQUESTS)
def test_each_limit_admits_exactly_what_it_says(avalo: Shop, action: str, tier: str, risk: Risk) -> None:
    """The burst, and what comes back while the requests are sent: nothing of the limits by the hour, a few chats of a VIP."""
    limits = section(avalo.running.config)
    method, path = REQUESTS[action]
    allowed = quota(limits, limits.policies[action], tier, risk)
    if risk is Risk.LOW:
        assert allowed.burst == (5 if action == "login" else SPEC[action][0] * TIERS[tier])
    user, began, admitted = avalo.user(), time.monotonic(), 0
    while (answer := avalo.ask(path, user, tier, risk, fresh_address(), method)).status_code == 200:
        admitted += 1
    came_back = int((time.monotonic() - began) / allowed.interval)
    assert answer.status_code == 429
    assert answer.json()["limit"] == action
    assert allowed.burst <= admitted <= allowed.burst + came_back


@pytest.mark.parametrize("name", CLASSES)
def test_each_class_of_endpoints_admits_a_client_so_often(avalo: Shop, name: str) -> None:
    action = {"auth": "login", "payment": "token-purchase", "general": "chat"}.get(name, name)
    method, path = REQUESTS.get(action, ("GET", "/v1/wallet"))
    address, began, admitted = fresh_address(), time.monotonic(), 0

    def ask() -> httpx.Response:
        return avalo.ask(path, avalo.user(), ip=address, method=method)

    while (answer := ask()).status_code == 200:
        admitted += 1
    came_back = int((time.monotonic() - began) * CLASSES[name] / 60)
    assert answer.status_code == 429
    assert answer.json()["limit"] in (name, f"{name}-client")
    assert CLASSES[name] <= admitted <= CLASSES[name] + came_back
