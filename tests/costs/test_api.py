"""The route and the command, on a real control plane with history in a real PostgreSQL."""

import dataclasses
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio
from click.testing import CliRunner

from meridian.api.app import application
from meridian.api.control import ControlPlane
from meridian.costs.commands import costs as command
from meridian.features import features
from meridian.telemetry.history.history import history_of
from tests.api.keys import AUDIENCE, ISSUER
from tests.api.world import EU, OPS, bearer, prepare
from tests.costs.test_use import measured
from tests.limits.control import Countries
from tests.regions.live import until
from tests.support.configs import local_inventory, small, small_text

COSTS = "/infrastructure/costs"
PRICES = {
    "currency": "USD",
    "regions": {"EU": {"per_million_requests": 10_000}, "US": {"per_gb_out": 100_000, "stored_gb": 3}},
    "tokens": {"per_purchase": 0.5},
}


@dataclass
class Live:
    control: ControlPlane
    http: httpx.AsyncClient


@pytest_asyncio.fixture
async def live(tmp_path: Path, postgres_url: str) -> AsyncIterator[Live]:
    home = tmp_path / "home"
    home.mkdir()
    identity = {"issuer": ISSUER, "audience": AUDIENCE, "jwks": {"file": "jwks.json"}}
    (home / "meridian.yaml").write_text(small_text(identity=identity, costs=PRICES))
    (home / "inventory.json").write_text(local_inventory(small()).dump())
    settings = dataclasses.replace(prepare(home), database_url=postgres_url)
    control = ControlPlane(settings, features(), Countries())  # type: ignore[arg-type]
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


async def record(control: ControlPlane) -> None:
    """What `measured` has, a few minutes ago."""
    found, now = measured(), control.clock.now()
    start = int((now - timedelta(minutes=5)).timestamp()) // 10 * 10
    cubes = {cube.kind.name: cube for cube in (found.traffic, found.business, found.people)}
    async with control.database.connection() as connection:
        await history_of(control).add(connection, "EU", "edge-1", {start: cubes}, now)


async def test_measured_use_is_priced_by_region_and_user(live: Live) -> None:
    await record(live.control)
    answer = await live.http.get(COSTS, params={"range": "1h"}, headers=bearer(OPS))
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    regions = {each["region"]: each for each in found["regions"]}
    assert set(regions) == {"EU", "US", "APAC"}
    assert regions["EU"]["parts"]["requests"] == 1.07
    assert (regions["US"]["parts"]["traffic"], regions["US"]["parts"]["purchases"]) == (0.5, 2.0)
    assert (regions["EU"]["users"], regions["US"]["users"], found["users"]) == (3, 2, 4)
    assert (found["currency"], found["total"], found["per_user"]) == ("USD", 3.57, 0.8925)
    assert found["per_month"] is None
    assert "too young to extrapolate" in found["sentence"]
    measured_for = datetime.fromisoformat(found["until"]) - datetime.fromisoformat(found["measured_since"])
    assert 300 <= measured_for.total_seconds() <= 311
    assert regions["APAC"]["per_user"] is None
    assert found["sentence"].startswith("USD 3.57 in 1h")
    assert shown(found).splitlines()[0].split() == [
        "REGION",
        "REQUESTS",
        "TRAFFIC",
        "PURCHASES",
        "TOTAL",
        "USERS",
        "PER",
        "USER",
    ]


async def test_an_hour_without_traffic_costs_nothing_and_other_ranges_are_no_ranges(live: Live) -> None:
    found = (await live.http.get(COSTS, headers=bearer(OPS))).json()
    assert (found["range"], found["total"], found["per_user"]) == ("24h", 0.0, None)
    assert (await live.http.get(COSTS, params={"range": "9y"}, headers=bearer(OPS))).status_code == 422
    assert (await live.http.get(COSTS, headers=bearer(EU))).status_code == 403


class Told:
    """Stands for control: answers with what it is given."""

    def __init__(self, found: Any) -> None:
        self.found = found

    def client(self, home: str | None = None) -> "Told":
        return self

    def get(self, path: str, query: Any = None) -> Any:
        assert (path, query) == (COSTS, {"range": "24h"})
        return self.found


def shown(found: dict[str, Any]) -> str:
    result = CliRunner().invoke(command, [], obj=Told(found))
    assert result.exit_code == 0
    assert found["sentence"] in result.output
    return result.output
