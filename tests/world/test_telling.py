import asyncio
import json
from collections.abc import Callable
from pathlib import Path

from meridian.world.app_protocol import App
from meridian.world.served import MOST_ROWS, OTHER
from meridian.world.telling import Telling, totals
from tests.telemetry.ear import listening


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


def serve(app: App, service: str, n: int, home: str = "EU") -> None:
    for _ in range(n):
        app.served.count((service, home, "DE", "POST"))


def test_totals_are_by_home_and_service() -> None:
    app = App("europe-west1", "EU")
    serve(app, "chat", 2)
    serve(app, "chat", 1, "US")
    app.served.rows[OTHER] = MOST_ROWS
    assert totals(app.served) == {("EU", "chat"): 2, ("US", "chat"): 1}


async def test_what_a_location_serves_is_told_once_also_when_control_was_away(tmp_path: Path) -> None:
    app, token = App("europe-west1", "EU"), tmp_path / "token"
    token.write_text("mrd_app\n")
    serve(app, "chat", 7)
    with listening() as ear:
        ear.planned += [(503, {"retry-after": "0"}, b"{}")]
        task = asyncio.create_task(Telling(ear.url, token, tmp_path / "under-way.json").run(app))
        await asyncio.sleep(0)
        await until(lambda: app.told)
        serve(app, "chat", 3)
        serve(app, "payouts", 1)
        await until(lambda: {"token.spent", "payout"} <= {each["type"] for each in ear.taken.values()})
        await until(lambda: app.told["accepted"] == len(ear.taken))
        task.cancel()
        await asyncio.wait([task])
    spent = [each["count"] for each in ear.taken.values() if each["type"] == "token.spent"]
    assert sum(spent) == 3, "what was served before it began to tell is not told"
    assert ear.tokens == {"Bearer mrd_app"}
    assert len(json.loads((tmp_path / "under-way.json").read_text())) == 1


async def test_an_app_serves_on_when_it_cannot_tell(tmp_path: Path) -> None:
    app = App("europe-west1", "EU")
    await Telling("http://127.0.0.1:1", tmp_path / "no-token").run(app)
    assert app.answer("GET", "/v1/feed", {}, "", "").startswith(b"HTTP/1.1 200")
