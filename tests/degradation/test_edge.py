"""A real edge at every level: it refuses what the rules in Python say and nothing else, and a change of level resets nothing."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from meridian.core.degraded import turned_off
from meridian.degradation.compile import problem
from meridian.degradation.plan import cuts, refusal
from meridian.degradation.state import EVERYWHERE, DegradationState
from meridian.envoy.compiler import compile_edges
from meridian.features import features
from tests.degradation.levels import LEVELS
from tests.limits.edge import APP, RISKY, Shop, open_shop
from tests.support.envoys import accepts, until

LIMITS = {
    "actions": {"chat": {"feature": "chat", "methods": ["POST"]}, "ask": {"feature": "ai"}},
    "policies": {
        "chat": {"key": "user", "actions": ["chat"], "rate": 5, "window": "1h"},
        "ask": {"key": "user", "actions": ["ask"], "rate": 3, "window": "1h"},
    },
}
PATHS = {
    "chat": "/v1/chat/1",
    "chat-search": "/v1/chat/search",
    "wallet": "/v1/wallet",
    "media": "/v1/media/1",
    "ai": "/v1/ai",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Users are French, so EU serves them."""
    with open_shop(LIMITS, tmp_path_factory.mktemp("degraded"), watches=True, degradation=LEVELS) as shop:
        yield shop


@pytest.fixture(autouse=True)
def _normal(shop: Shop) -> Iterator[None]:
    yield
    degrade(shop)


def degrade(shop: Shop, **levels: int) -> set[str]:
    """Brings the edge to these levels (`everywhere`, or a region), and gives what was changed in it."""
    running = shop.running
    edge = running.edges["EU"]
    wanted = DegradationState({EVERYWHERE if name == "everywhere" else name: n for name, n in levels.items()})
    every = (*features(), RISKY)
    compiled = compile_edges(
        running.config, running.inventory, every, {"degradation": wanted}, {"app": APP.jwks}
    )["EU"]
    changed = {name for name, content in compiled.resources.items() if edge.laid.get(name) != content}
    edge.snapshot = compiled
    edge.lay(compiled.resources)
    expected = str(wanted.of("EU") or "")
    until(lambda: told(shop) == expected, 10, f"the edge to be at level {expected or 0}")
    return changed


def told(shop: Shop) -> str:
    """The level that an answer names."""
    answer = shop.ask(PATHS["wallet"], method="GET", user="probe")
    return str(answer.headers.get("x-meridian-degraded", ""))


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_it_refuses_what_the_rules_say_and_nothing_else(shop: Shop, level: int) -> None:
    degrade(shop, EU=level)
    seen = set()
    for user in [shop.user() for _ in range(12)]:
        for feature, path in PATHS.items():
            for method in ("GET", "POST", "OPTIONS"):
                cut = refusal(shop.running.config, level, feature, method, user)
                answer = shop.ask(path, user=user, method=method)
                assert answer.status_code == (503 if cut else 200), (feature, method, user, answer.text)
                assert answer.headers.get("x-meridian-degraded", "") == (str(level) if level else "")
                seen.add(answer.status_code)
                if cut:
                    assert answer.json() == problem(shop.running.config, level, feature, cut)
    assert seen == ({200, 503} if level else {200})


def test_the_answer_says_what_is_off_and_when_to_try_again(shop: Shop) -> None:
    degrade(shop, EU=2)
    refused = shop.ask(PATHS["ai"], user=shop.user())
    assert (refused.status_code, refused.headers["content-type"]) == (503, "application/problem+json")
    assert refused.headers["retry-after"] == "30"
    assert refused.json() == {
        "type": "/docs/problems#degraded",
        "title": "Turned off for the moment",
        "status": 503,
        "detail": "ai is turned off for the moment, so that what is essential goes on.",
        "feature": "ai",
        "level": 2,
        "level_name": "reduced",
        "turned_off": ["ai"],
        "retry_after": 30,
    }
    losers = [
        user
        for user in map("loser-{}".format, range(20))
        if refusal(shop.running.config, 2, "media", "GET", user)
    ]
    answer = shop.ask(PATHS["media"], user=losers[0], method="GET")
    assert (answer.status_code, answer.json()["detail"]) == (503, "Pictures are back soon.")


def test_a_region_is_degraded_alone_wherever_its_users_come_in(shop: Shop) -> None:
    degrade(shop, US=3)
    assert shop.ask(PATHS["ai"], user=shop.user()).status_code == 200
    until(lambda: _brazilian(shop) == (503, "3"), 10, "the users of the US to be at level 3")


def _brazilian(shop: Shop) -> tuple[int, str]:
    answer = shop.running.ask("EU", PATHS["chat-search"], "200.160.2.3")
    return answer.status_code, answer.headers.get("x-meridian-degraded", "")


def test_who_has_not_signed_in_counts_by_address(shop: Shop) -> None:
    degrade(shop, EU=2)
    addresses = [f"92.184.100.{last}" for last in range(1, 21)]
    for address in addresses:
        cut = refusal(shop.running.config, 2, "media", "GET", address)
        answer = shop.running.ask("EU", PATHS["media"], address)
        assert answer.status_code == (503 if cut else 200)


def test_a_change_of_level_touches_only_the_stamp_and_resets_no_limit(shop: Shop) -> None:
    user = shop.user()
    assert shop.admitted(3, PATHS["chat"], user=user) == 3
    for level in (1, 3, 0, 2):
        assert degrade(shop, EU=level) <= {"extensions/stamp.json"}
    assert shop.admitted(5, PATHS["chat"], user=user) == 2


def test_what_is_turned_off_takes_nothing_from_a_limit(shop: Shop) -> None:
    user = shop.user()
    degrade(shop, EU=1)
    assert {shop.ask(PATHS["ai"], user=user).status_code for _ in range(10)} == {503}
    degrade(shop)
    assert shop.admitted(5, PATHS["ai"], user=user) == 3


def test_health_readiness_and_unknown_paths_are_as_ever(shop: Shop) -> None:
    before = [shop.running.ask("EU", path).status_code for path in ("/__meridian/ready", "/nothing")]
    degrade(shop, everywhere=3)
    assert [shop.running.ask("EU", path).status_code for path in ("/__meridian/ready", "/nothing")] == before
    assert before == [200, 404]


def test_a_client_cannot_say_that_it_is_degraded(shop: Shop) -> None:
    answer = shop.ask(PATHS["chat"], user=shop.user(), x_meridian_degraded="3")
    assert answer.status_code == 200
    assert "x-meridian-degraded" not in answer.headers
    assert "x-meridian-degraded" not in answer.json()["headers"]


def test_services_are_told_the_level(shop: Shop) -> None:
    degrade(shop, EU=1)
    answer = shop.ask(PATHS["chat"], user=shop.user())
    assert answer.json()["headers"]["x-meridian-degraded"] == "1"


def test_a_refusal_is_in_the_access_log_with_its_reason(shop: Shop) -> None:
    degrade(shop, EU=1)
    user = shop.user()
    assert shop.ask(PATHS["ai"], user=user).status_code == 503
    log = shop.running.edges["EU"].home / "log" / "access.log"

    def lines() -> list[dict[str, object]]:
        return [line for line in map(json.loads, log.read_text().splitlines()) if line["user"] == user]

    until(lines, 15, "the line of the request")
    [line] = lines()
    about = line["alike"]
    assert isinstance(about, dict)
    assert (about["limit"], about["feature"], about["action"], about["status"]) == (
        "degraded/1",
        "ai",
        "ask",
        503,
    )
    assert turned_off(str(about["limit"]))
    assert about["location"] is None


def test_after_a_restart_without_control_the_level_stands(shop: Shop) -> None:
    degrade(shop, EU=1)
    edge = shop.running.edges["EU"]
    edge.stop()
    edge.start()
    until(lambda: edge.ready(healthy=False), 40, "the edge to be ready again")
    assert shop.ask(PATHS["ai"], user=shop.user()).status_code == 503


def test_envoy_accepts_every_level(shop: Shop, tmp_path: Path) -> None:
    running = shop.running
    states = {"degradation": DegradationState({EVERYWHERE: 1, "EU": 3, "US": 2})}
    edges = compile_edges(running.config, running.inventory, features(), states)
    assert accepts(edges["EU"], tmp_path) == ""
    assert cuts(running.config, 3).keys() == {"ai", "media", "chat-search"}
