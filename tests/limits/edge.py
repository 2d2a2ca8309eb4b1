"""A real edge with limits, and users of every tier and risk who come from addresses of their own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from meridian.config.schema.root import Config
from meridian.envoy.contribution import Contribution, LuaPart
from meridian.feature import Feature
from meridian.limits.state import NO_STATE, LimitsState
from tests.support.configs import small
from tests.support.envoys import Fleet, fleet
from tests.support.signers import Signer

APP = Signer("https://id.example", "shop", "app-1")
CHECKER = Signer("https://id.example", "meridian-check", "app-1", APP.key)
RISKY = Feature(
    "risky",
    compile=lambda context: Contribution(
        lua=(LuaPart("risky", 'facts.risk = facts.headers:get("test-risk") or facts.risk', order=55),)
    ),
)
"""Until a feature of Meridian judges risk: the test says it."""
EDGE = {"client_address": {"trusted": ["127.0.0.1/32"]}}


def shop(limits: Mapping[str, Any], **replaced: Any) -> Config:
    return small(limits=dict(limits), **{"edge": EDGE, **replaced})


@dataclass
class Shop:
    running: Fleet
    app: Signer = APP
    _users: Iterator[int] = field(default_factory=count)
    _tokens: dict[tuple[str, str], str] = field(default_factory=dict)

    def user(self) -> str:
        """Somebody new."""
        return f"user-{next(self._users)}"

    def ask(
        self,
        path: str,
        user: str = "",
        tier: str = "",
        risk: str = "",
        ip: str = "",
        method: str = "POST",
        region: str = "EU",
        **headers: str,
    ) -> httpx.Response:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if user:
            given["authorization"] = f"Bearer {self.token(user, tier)}"
        if risk:
            given["test-risk"] = risk
        return self.running.ask(region, path, ip or address_of(user), method, given)

    def token(self, user: str, tier: str) -> str:
        """Signed once, so that a test's pace is not that of the signer."""
        if (user, tier) not in self._tokens:
            self._tokens[user, tier] = self.app.sign(sub=user, tier=tier or None)
        return self._tokens[user, tier]

    def admitted(self, requests: int, path: str, **asked: Any) -> int:
        """How many of so many requests, sent one after the other, were not refused with 429."""
        answers = [self.ask(path, **asked) for _ in range(requests)]
        assert {each.status_code for each in answers} <= {200, 429}, answers[-1].text
        return sum(each.status_code == 200 for each in answers)

    def check(self, region_asked: str = "EU", **asked: Any) -> dict[str, Any]:
        answer = self.running.ask(
            region_asked, "/infrastructure/rate-limit/check", method="POST", headers=checking(), json=asked
        )
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


def checking() -> dict[str, str]:
    return {"meridian-check": CHECKER.sign(sub="a service of the app")}


def address_of(user: str) -> str:
    """Of a French client; another for each user."""
    number = int(user.rpartition("-")[2]) if user.rpartition("-")[2].isdigit() else 0
    return f"92.184.{100 + number // 250}.{1 + number % 250}"


@contextmanager
def open_shop(
    limits: Mapping[str, Any],
    folder: Path,
    state: LimitsState = NO_STATE,
    only: tuple[str, ...] = ("EU",),
    watches: bool = False,
    **replaced: Any,
) -> Iterator[Shop]:
    config = shop(limits, **replaced)
    with fleet(
        config,
        folder,
        {"app": APP.jwks},
        {"limits": state},
        only=only,
        healthy=len(only) > 1,
        watches=watches,
        more=(RISKY,),
    ) as running:
        yield Shop(running)
