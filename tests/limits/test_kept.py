"""What no push resets, in a real Envoy that takes its files as they change."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from meridian.config.schema.root import Config
from meridian.envoy.compiler import compile_edges
from meridian.features import features
from meridian.limits.state import LimitsState
from meridian.regions.policy import Preferences
from meridian.regions.state import RegionsState
from tests.limits.edge import APP, RISKY, Shop, open_shop, shop
from tests.support.envoys import until

GERMAN = "85.214.132.117"
"""Wherever France has moved."""
CHAT = {"key": "user", "actions": ["chat"], "rate": 40, "window": "1h"}
LIMITS: dict[str, Any] = {
    "tiers": {"vip": 5},
    "actions": {"chat": {"feature": "chat", "methods": ["POST"]}, "search": {"feature": "chat-search"}},
    "policies": {
        "chat": CHAT,
        "search": {"key": "user", "actions": ["search"], "rate": 20, "window": "1h"},
        "general": {"key": "client", "class": "general", "rate": 1000, "window": "1h"},
    },
}


def with_policies(**policies: Any) -> dict[str, Any]:
    return {**LIMITS, "policies": {**LIMITS["policies"], **policies}}


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Shop]:
    with open_shop(LIMITS, tmp_path, watches=True) as made:
        yield made


def push(running: Shop, config: Config, states: dict[str, Any] | None = None) -> set[str]:
    """The names of the files that changed; returns once Envoy has taken the stamp, which changes with everything here."""
    edge = running.running.edges["EU"]
    snapshot = compile_edges(
        config, running.running.inventory, (*features(), RISKY), states or {}, {"app": APP.jwks}
    )["EU"]
    changed = {name for name, content in snapshot.resources.items() if edge.laid.get(name) != content}
    loaded = edge.stat("extension_config_discovery.http_filter.stamp.config_reload")
    edge.lay(snapshot.resources)
    if "extensions/stamp.json" in changed:
        until(
            lambda: edge.stat("extension_config_discovery.http_filter.stamp.config_reload") > loaded,
            what="the stamp to be taken",
        )
    return changed


def left(running: Shop, user: str, tier: str = "") -> int:
    return next(
        each["remaining"]
        for each in running.check(action="chat", user=user, tier=tier, dry_run=True)["limits"]
        if each["name"] == "chat"
    )


OTHER_CHANGES: dict[str, Callable[[], tuple[Config, dict[str, Any]]]] = {
    "a country moves": lambda: (_moved(shop(LIMITS)), {}),
    "a route changes": lambda: (
        shop(LIMITS, services={"chat": {"timeout": "9s"}, "wallet": {}, "media": {}, "ai": {}}),
        {},
    ),
    "a drain shifts weights": lambda: (shop(LIMITS), {"routing": RegionsState(drains={"europe-west1": 0.3})}),
    "a preference": lambda: (
        shop(LIMITS),
        {"routing": RegionsState(preferences=Preferences(nearest={"FR": "US"}, optimal={}))},
    ),
    "an override of a region": lambda: (
        shop(LIMITS),
        {"routing": RegionsState(overrides={"somebody": "US"})},
    ),
    "another limit changes": lambda: (
        shop(with_policies(search={**LIMITS["policies"]["search"], "rate": 5})),
        {},
    ),
    "another limit is added": lambda: (
        shop(
            with_policies(media={"key": "user", "rate": 9, "window": "1h", "actions": ["media"]})
            | {"actions": {**LIMITS["actions"], "media": {"feature": "media"}}}
        ),
        {},
    ),
    "another limit goes": lambda: (
        shop(
            {
                **LIMITS,
                "policies": {name: each for name, each in LIMITS["policies"].items() if name != "search"},
            }
        ),
        {},
    ),
    "a country gets a limit": lambda: (
        shop(with_policies(country={"key": "country", "rate": 900, "window": "1m"})),
        {},
    ),
    "somebody else's override": lambda: (
        shop(LIMITS),
        {"limits": LimitsState(users={"somebody": {"chat": 7}})},
    ),
    "somebody else's reset": lambda: (shop(LIMITS), {"limits": LimitsState(resets={"somebody": 1})}),
}


@pytest.mark.parametrize("change", OTHER_CHANGES, ids=str)
def test_nothing_that_leaves_a_limit_alone_resets_it(running: Shop, change: str) -> None:
    user = running.user()
    assert running.admitted(30, "/v1/chat/1", user=user) == 30
    config, states = OTHER_CHANGES[change]()
    assert push(running, config, states)
    assert left(running, user) == 10
    assert running.admitted(15, "/v1/chat/1", user=user, ip=GERMAN) == 10


def test_a_changed_limit_keeps_the_share_that_is_left(running: Shop) -> None:
    """Three quarters used are three quarters used, of 40 as of 20 as of 80."""
    user = running.user()
    assert running.admitted(30, "/v1/chat/1", user=user) == 30
    for rate, expected in ((20, 5), (80, 20), (40, 10)):
        push(running, shop(with_policies(chat={**CHAT, "rate": rate})))
        assert left(running, user) == expected
    assert running.admitted(15, "/v1/chat/1", user=user) == 10


def test_an_override_applies_to_its_user_and_expires_without_a_reset(running: Shop) -> None:
    user, other = running.user(), running.user()
    assert running.admitted(20, "/v1/chat/1", user=user) == 20
    push(running, shop(LIMITS), {"limits": LimitsState(users={user: {"chat": 400}})})
    assert left(running, user) == 200
    assert left(running, other) == 40
    push(running, shop(LIMITS), {"limits": LimitsState(users={other: {"chat": 4}})})
    assert left(running, user) == 20
    assert running.admitted(9, "/v1/chat/1", user=other) == 4


def test_a_reset_is_a_fresh_counter_for_one_user(running: Shop) -> None:
    user, other = running.user(), running.user()
    assert running.admitted(40, "/v1/chat/1", user=user) == 40
    assert running.admitted(40, "/v1/chat/1", user=other) == 40
    push(running, shop(LIMITS), {"limits": LimitsState(resets={user: 1})})
    assert running.admitted(50, "/v1/chat/1", user=user) == 40
    assert running.admitted(1, "/v1/chat/1", user=other) == 0
    push(running, shop(LIMITS), {"limits": LimitsState(resets={user: 2})})
    assert running.admitted(50, "/v1/chat/1", user=user) == 40


def test_a_reset_of_a_user_leaves_what_others_share_alone(running: Shop) -> None:
    """Whose own counters are fresh still counts at their address."""
    user, ip = running.user(), "92.184.67.1"
    push(running, shop(with_policies(general={**LIMITS["policies"]["general"], "rate": 30})))
    assert running.admitted(40, "/v1/media/1", ip=ip, method="GET") == 30
    state = LimitsState(resets={user: 1})
    push(
        running, shop(with_policies(general={**LIMITS["policies"]["general"], "rate": 30})), {"limits": state}
    )
    assert running.admitted(5, "/v1/media/1", user=user, ip=ip, method="GET") == 0


def test_a_client_s_override_and_reset(running: Shop) -> None:
    one, six = "92.184.66.1", "2a01:cb00:1:1::1"
    state = LimitsState(clients={one: {"general": 3}, "2a01:cb00:1:1::/64": {"general": 5}})
    push(running, shop(LIMITS), {"limits": state})
    assert running.admitted(6, "/v1/media/1", ip=one, method="GET") == 3
    assert running.admitted(6, "/v1/media/1", ip=six, method="GET") == 5
    push(running, shop(LIMITS), {"limits": replace(state, resets={one: 1})})
    assert running.admitted(6, "/v1/media/1", ip=one, method="GET") == 3
    assert running.admitted(6, "/v1/media/1", ip=six, method="GET") == 0


def test_a_new_tier_keeps_the_share_that_is_left(running: Shop) -> None:
    user = running.user()
    assert running.admitted(20, "/v1/chat/1", user=user) == 20
    assert left(running, user, "vip") == 100


def _moved(config: Config) -> Config:
    countries = {region: list(codes) for region, codes in config.countries.items()}
    countries["EU"].remove("FR")
    countries["US"].append("FR")
    return shop(LIMITS, countries=countries)
