"""A real control plane with this feature alone, asked over HTTP as clients, edges and operators ask it."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from meridian.api.app import application
from meridian.api.control import ControlPlane
from meridian.api.settings import Settings
from meridian.regions.feature import FEATURE
from tests.api.keys import AUDIENCE, ISSUER, token
from tests.api.world import ADMIN, OPS, bearer, prepare
from tests.regions.bench import Countries
from tests.support.configs import local_inventory, small, small_text

BRITISH, INDIAN, AMERICAN, EMIRATI, PRIVATE = "81.2.69.142", "49.36.0.1", "8.8.8.8", "5.36.0.1", "10.9.8.7"
PROXY = "192.0.2.7"


@dataclass
class Live:
    control: ControlPlane
    http: httpx.AsyncClient

    async def client(self, path: str, ip: str = BRITISH, user: str = "", **headers: str) -> httpx.Response:
        """A GET of the app's client at `ip`, who may have signed in as `user`."""
        return await self.http.get(path, headers=_client(ip, user, headers))

    async def measured(self, samples: Any, ip: str = BRITISH) -> httpx.Response:
        return await self.http.post(
            "/infrastructure/latency", json={"samples": samples}, headers=_client(ip, "", {})
        )

    async def ops(self, path: str, **query: Any) -> httpx.Response:
        return await self.http.get(path, params=query, headers=bearer(OPS))

    async def admin(self, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        return await self.http.request(method, path, json=body, params=query, headers=bearer(ADMIN))


def _client(ip: str, user: str, headers: dict[str, str]) -> dict[str, str]:
    found = {"x-forwarded-for": ip, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return {**found, **(bearer(token(sub=user)) if user else {})}


def settings(home: Path, url: str) -> Settings:
    home.mkdir(parents=True, exist_ok=True)
    identity = {"issuer": ISSUER, "audience": AUDIENCE, "jwks": {"file": "jwks.json"}}
    edge = {"client_address": {"trusted": [f"{PROXY}/32"]}}
    (home / "meridian.yaml").write_text(small_text(identity=identity, edge=edge))
    (home / "inventory.json").write_text(local_inventory(small()).dump())
    return dataclasses.replace(prepare(home), database_url=url)


@asynccontextmanager
async def living(home: Path, url: str) -> AsyncIterator[Live]:
    control = ControlPlane(settings(home, url), (FEATURE,), Countries())  # type: ignore[arg-type]
    app = application(control)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=(PROXY, 5000))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://control") as http,
    ):
        await until(lambda: not control.trouble())
        try:
            yield Live(control, http)
        finally:
            control.snapshots.close()


async def until(condition: Callable[[], object], seconds: float = 15.0) -> None:
    """Polls inside the loop that the condition depends on. Fails after the deadline."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)
