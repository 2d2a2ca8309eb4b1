"""The sample app, its client, the route, history and the states together: what was served is what is known, once."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn

from meridian.api.app import application
from meridian.api.control import ControlPlane
from meridian.features import features
from meridian.telemetry.history.history import history_of
from meridian.telemetry.kinds import BUSINESS
from meridian.world.app_protocol import App
from meridian.world.telling import Telling
from tests.limits.control import Countries
from tests.limits.live import settings
from tests.support.ports import reserve
from tests.support.waiting import eventually


@asynccontextmanager
async def serving(control: ControlPlane, port: int) -> AsyncIterator[str]:
    """Control on a real socket."""
    config = uvicorn.Config(
        application(control), "127.0.0.1", port, log_config=None, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "capture_signals", contextlib.nullcontext)
        task = asyncio.create_task(server.serve())
        try:
            await eventually(lambda: server.started and not control.trouble(), 30)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            await task


async def counted(control: ControlPlane) -> dict[str, list[float]]:
    """Type -> events and amount, as history has them."""
    now, found = control.clock.now(), dict[str, list[float]]()
    since = now - timedelta(minutes=10)
    for _, cube in await history_of(control).cubes(BUSINESS, since, now, 10, by=("type",)):
        for labels, cell in cube.cells.items():
            known = found.setdefault(labels[1], [0.0, 0.0])
            known[:] = [one + other for one, other in zip(known, cell.sums, strict=True)]
    return found


async def test_what_a_location_served_is_known_once_also_when_control_was_away(
    tmp_path: Path, postgres_url: str
) -> None:
    token, port, app = tmp_path / "token", reserve()[0], App("europe-west1", "EU")
    first = ControlPlane(settings(tmp_path / "home", postgres_url), features(), Countries())  # type: ignore[arg-type]
    async with serving(first, port) as url:
        secret, _ = await _app_token(first)
        token.write_text(secret)
        telling = asyncio.create_task(Telling(url, token).run(app))
        await eventually(lambda: bool(app.told), 30)
        _serve(app, chats=40, payouts=5)
        await eventually(lambda: app.told["accepted"] >= 7, 20)
    _serve(app, chats=60, payouts=3)
    await eventually(lambda: app.told["waiting"] >= 5 and bool(app.told["trouble"]), 20)
    first.snapshots.close()
    again = ControlPlane(settings(tmp_path / "home", postgres_url), features(), Countries())  # type: ignore[arg-type]
    async with serving(again, port):
        await eventually(lambda: not app.told["waiting"] and not app.told["trouble"], 60)
        found = await counted(again)
        assert found["token.spent"] == [100.0, 500.0]
        assert found["token.earned"] == [100.0, 300.0]
        assert found["payout.pending"][0] == 8
        async with again.database.connection() as connection:
            cursor = await connection.execute("SELECT DISTINCT id FROM event_subject WHERE kind = 'payout'")
            assert len(await cursor.fetchall()) == 8
        telling.cancel()
        await asyncio.wait([telling])
    again.snapshots.close()
    assert (app.told["refused"], app.told["dropped"]) == (0, 0)


async def _app_token(control: ControlPlane) -> tuple[str, object]:
    from meridian.core.principal import Role

    return await control.tokens.create("sample-app", Role.APP)


def _serve(app: App, chats: int, payouts: int) -> None:
    for service, n in (("chat", chats), ("payouts", payouts)):
        for _ in range(n):
            app.served.count((service, "EU", "DE", "POST"))
