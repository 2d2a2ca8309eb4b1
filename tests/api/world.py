"""A control plane over a real PostgreSQL, with a small configuration and a feature of its own to steer."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from fastapi import APIRouter, Request

from meridian.api.applying import Applying
from meridian.api.control import ControlPlane
from meridian.api.settings import Settings
from meridian.config.schema.root import Config
from meridian.core.decision import Decision
from meridian.core.principal import Role
from meridian.envoy.contribution import Cluster, Contribution, EdgeContext
from meridian.feature import Control, Feature
from tests.api.keys import AUDIENCE, ISSUER, JWKS

EDGE_KEY = "edge-key-of-the-test"
ADMIN, OPS, EU, US = "admin-secret", "ops-secret", "eu-secret", "us-secret"
WHO = {
    ADMIN: ("anna", "admin", ""),
    OPS: ("otto", "ops", ""),
    EU: ("edge-EU", "edge", "EU"),
    US: ("edge-US", "edge", "US"),
}


class Countries:
    """The geo database is tested on its own; here a table is enough."""

    def country(self, address: str) -> str:
        return {"81.2.69.142": "GB", "2.125.160.216": "DE"}.get(address, "")


@dataclass(slots=True)
class Lamp:
    """A controller that decides to follow a switch, and notes what it was told to do."""

    switch: bool = False
    done: list[dict[str, Any]] = field(default_factory=list)
    name: str = "lamp.follow"
    interval: float = 0.02

    def initial(self) -> bool:
        return False

    def decide(
        self, policy: Config, state: bool, observation: bool, now: datetime
    ) -> tuple[bool, Sequence[Decision]]:
        if observation == state:
            return state, ()
        return observation, self.replay(policy, {"switch": observation})

    def replay(self, policy: Config, evidence: dict[str, Any]) -> Sequence[Decision]:
        on = evidence["switch"]
        text = "on" if on else "off"
        return [
            Decision(
                self.name, "turn", "lamp", f"the switch is {text}", evidence, {"turn": text}, {"turn": "off"}
            )
        ]

    async def observe(self) -> bool:
        return self.switch

    async def actuate(self, decision: Decision) -> None:
        self.done.append(dict(decision.action))


@dataclass(slots=True)
class Sample:
    """A feature whose compile-time state a test sets."""

    state: Any = "first"
    lamp: Lamp = field(default_factory=Lamp)
    broken: str = ""
    loads: int = 0

    def feature(self) -> Feature:
        return Feature(
            "sample",
            load=self.load,
            compile=self.compile,
            api=self.api,
            controllers=lambda control: (self.lamp,),
        )

    async def load(self, control: Control) -> Any:
        self.loads += 1
        if self.broken:
            raise RuntimeError(self.broken)
        return self.state

    def compile(self, context: EdgeContext) -> Contribution:
        if context.state["sample"] == "refuse":
            raise ValueError("the sample cannot be compiled")
        return Contribution(
            clusters=(Cluster({"name": f"sample-{context.state['sample']}", "type": "STATIC"}),)
        )

    def api(self, control: Control) -> APIRouter:
        routes = APIRouter(prefix="/sample")
        user = control.requires(Role.USER)

        @routes.get("/caller")
        async def caller(request: Request) -> dict[str, str]:
            who = control.caller(request)
            return {name: getattr(who, name) for name in who.__slots__}

        @routes.get("/me")
        async def me(request: Request) -> dict[str, str]:
            return {"name": (await user(request)).name}

        @routes.get("/broken")
        async def broken() -> None:
            raise RuntimeError("hunter2 is the secret in this message")

        return routes


CONFIG = f"""\
version: 1
app: {{name: test}}
identity:
  issuer: {ISSUER}
  audience: {AUDIENCE}
  jwks: {{file: jwks.json}}
edge:
  client_address: {{trusted: [10.0.0.0/8]}}
locations:
  west: {{instances: {{default: ["127.0.0.1:7001"]}}}}
  central: {{instances: {{default: ["127.0.0.1:7002"]}}}}
regions:
  EU: {{locations: [west], residency: gdpr}}
  US: {{locations: [central], residency: ccpa}}
default_region: EU
countries:
  EU: {{EU}}
  US: [US, CA]
residency:
  gdpr: {{locations: [west]}}
  ccpa: {{locations: [central]}}
services:
  app: {{}}
features:
  feed: {{service: app, paths: [/v1/feed]}}
"""


def config_text() -> str:
    """Every country but two is Europe's."""
    from meridian.geo.countries import countries

    names = list(countries())
    return CONFIG.replace("{EU}", json.dumps([name for name in names if name not in ("US", "CA")]))


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@dataclass
class World:
    control: ControlPlane
    client: httpx.AsyncClient
    sample: Sample
    home: Path
    applying: Applying

    async def get(self, path: str, token: str = OPS, **more: Any) -> httpx.Response:
        return await self.client.get(path, headers={**bearer(token), **more.pop("headers", {})}, **more)

    async def post(self, path: str, body: Any = None, token: str = ADMIN, **more: Any) -> httpx.Response:
        return await self.client.post(path, json=body, headers=bearer(token), **more)


def prepare(home: Path) -> Settings:
    """The files that control is started with."""
    home.mkdir(parents=True, exist_ok=True)
    tokens = {
        hashlib.sha256(token.encode()).hexdigest(): {"name": name, "role": role, "region": region}
        for token, (name, role, region) in WHO.items()
    }
    (home / "tokens.json").write_text(json.dumps(tokens))
    (home / "jwks.json").write_text(json.dumps(JWKS))
    if not (home / "meridian.yaml").exists():
        (home / "meridian.yaml").write_text(config_text())
    return Settings(
        home, home / "meridian.yaml", home / "inventory.json", home / "tokens.json", edge_key=EDGE_KEY
    )
