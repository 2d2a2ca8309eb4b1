"""A real control plane with this feature, asked over HTTP as operators ask it."""

import dataclasses
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from meridian.api.app import application
from meridian.api.control import ControlPlane
from meridian.api.settings import Settings
from meridian.core.decision import Decision
from meridian.core.ids import new_id
from meridian.degradation.controller import Degrading
from meridian.degradation.feature import FEATURE
from meridian.degradation.judge import Clocks
from meridian.feature import Feature
from meridian.telemetry.metrics.query import Group, Query, Range, Value
from tests.api.keys import AUDIENCE, ISSUER
from tests.api.world import ADMIN, OPS, Countries, bearer, prepare
from tests.degradation.levels import LEVELS, RULES
from tests.regions.live import until
from tests.support.configs import local_inventory, small, small_text

PATH = "/infrastructure/degradation"


@dataclass
class Told:
    """Metrics as a test says them. errors: region -> errors in percent, of a thousand requests each."""

    errors: dict[str, float] = field(default_factory=dict)
    known: bool = True

    async def now(self, query: Query) -> Mapping[Group, Value]:
        assert query.metric == "error_rate"
        if query.by:
            return {(region,): Value(rate / 100, 1000) for region, rate in self.errors.items()}
        return {(): Value(max(self.errors.values()) / 100, 1000)} if self.errors else {}

    def fresh(self) -> bool:
        return self.known

    async def range(self, query: Query, since: datetime, until: datetime, step: int | None = None) -> Range:
        raise NotImplementedError


@dataclass
class Live:
    """metrics: what the rules see. They are followed when the test says so (`follow`)."""

    control: ControlPlane
    http: httpx.AsyncClient
    metrics: Told
    rules: Degrading
    clocks: Clocks = field(default_factory=Clocks)

    async def follow(self, now: datetime) -> list[Decision]:
        """One cycle of the controller, as the runner runs it, at this time."""
        seen = await self.rules.observe()
        self.clocks, decided = self.rules.decide(self.control.config(), self.clocks, seen, now)
        stored = await self.control.journal.write(
            [decision.stamped(new_id(now), now) for decision in decided]
        )
        for decision in stored:
            await self.rules.actuate(decision)
        return stored

    async def shown(self) -> Any:
        answer = await self.http.get(PATH, headers=bearer(OPS))
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def order(
        self, level: int | None, region: str = "", reason: str = "a test", token: str = ADMIN
    ) -> httpx.Response:
        body = {"level": level, "region": region, "reason": reason}
        return await self.http.post(PATH, json=body, headers=bearer(token))

    async def undo(self, decision: str) -> httpx.Response:
        path = f"/infrastructure/decisions/{decision}/undo"
        return await self.http.post(path, json={"reason": "a mistake"}, headers=bearer(ADMIN))

    async def levels(self) -> dict[str, int]:
        return {each["region"]: each["level"] for each in (await self.shown())["regions"]}

    def stamp(self, region: str = "EU") -> str:
        return self.control.snapshots.wanted()[region].resources["extensions/stamp.json"].decode()


def steered(metrics: Told) -> Feature:
    """This feature, whose rules see what the test says, and are not followed by themselves: nobody has an hour."""
    return dataclasses.replace(
        FEATURE, controllers=lambda control: (Degrading(control, metrics, interval=3600.0),)
    )


def settings(home: Path, url: str) -> Settings:
    home.mkdir(parents=True, exist_ok=True)
    identity = {"issuer": ISSUER, "audience": AUDIENCE, "jwks": {"file": "jwks.json"}}
    (home / "meridian.yaml").write_text(small_text(identity=identity, degradation={**LEVELS, "rules": RULES}))
    (home / "inventory.json").write_text(local_inventory(small()).dump())
    return dataclasses.replace(prepare(home), database_url=url)


@asynccontextmanager
async def living(home: Path, url: str) -> AsyncIterator[Live]:
    metrics = Told()
    feature = steered(metrics)
    control = ControlPlane(settings(home, url), (feature,), Countries())  # type: ignore[arg-type]
    app = application(control)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://control") as http,
    ):
        await until(lambda: not control.trouble())
        try:
            yield Live(control, http, metrics, Degrading(control, metrics))
        finally:
            control.snapshots.close()
