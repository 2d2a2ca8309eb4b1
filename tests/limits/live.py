"""A real control plane with every feature, asked over HTTP as operators ask it."""

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from meridian.api.app import application
from meridian.api.control import ControlPlane
from meridian.api.settings import Settings
from meridian.features import features
from tests.api.keys import AUDIENCE, ISSUER
from tests.api.world import ADMIN, OPS, bearer, prepare
from tests.limits.control import Countries
from tests.limits.policy import LIMITS
from tests.regions.live import until
from tests.support.configs import local_inventory, small, small_text


@dataclass
class Live:
    control: ControlPlane
    http: httpx.AsyncClient

    async def ops(self, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        return await self._ask(OPS, method, path, body, query)

    async def admin(self, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        return await self._ask(ADMIN, method, path, body, query)

    async def _ask(self, token: str, method: str, path: str, body: Any, query: Any) -> httpx.Response:
        url = (
            f"/infrastructure/limits{path}" if path.startswith("/") or not path else f"/infrastructure/{path}"
        )
        return await self.http.request(method, url, json=body, params=query, headers=bearer(token))


def settings(home: Path, url: str) -> Settings:
    home.mkdir(parents=True, exist_ok=True)
    identity = {"issuer": ISSUER, "audience": AUDIENCE, "jwks": {"file": "jwks.json"}}
    (home / "meridian.yaml").write_text(small_text(identity=identity, limits=LIMITS))
    (home / "inventory.json").write_text(local_inventory(small()).dump())
    return dataclasses.replace(prepare(home), database_url=url)


@asynccontextmanager
async def living(home: Path, url: str) -> AsyncIterator[Live]:
    control = ControlPlane(settings(home, url), features(), Countries())  # type: ignore[arg-type]
    app = application(control)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://control") as http,
    ):
        await until(lambda: not control.trouble())
        try:
            yield Live(control, http)
        finally:
            control.snapshots.close()
