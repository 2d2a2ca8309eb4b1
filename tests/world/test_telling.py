import asyncio
import json
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from meridian.world.app_protocol import App
from meridian.world.telling import Telling
from tests.support.ports import reserve
from tests.support.waiting import eventually, until
from tests.telemetry.ear import listening


def serve(app: App, service: str, n: int, home: str = "EU") -> None:
    for _ in range(n):
        app.served.count((service, home, "DE", "POST"))


async def test_what_a_location_serves_is_told_once_also_when_control_was_away(tmp_path: Path) -> None:
    app, token = App("europe-west1", "EU"), tmp_path / "token"
    token.write_text("mrd_app\n")
    serve(app, "chat", 7)
    with listening() as ear:
        ear.planned += [(503, {"retry-after": "0"}, b"{}")]
        task = asyncio.create_task(Telling(ear.url, token, tmp_path / "under-way.json").run(app))
        await asyncio.sleep(0)
        await eventually(lambda: bool(app.told))
        serve(app, "chat", 3)
        serve(app, "payouts", 1)
        await eventually(lambda: {"token.spent", "payout"} <= {each["type"] for each in ear.taken.values()})
        await eventually(lambda: app.told["accepted"] == len(ear.taken))
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


def test_the_apps_process_tells_what_came_over_http_and_ends_at_once(tmp_path: Path) -> None:
    port, token, kept = reserve()[0], tmp_path / "token", tmp_path / "under-way.json"
    token.write_text("mrd_app\n")
    with listening() as ear:
        argv = [sys.executable, "-m", "meridian.world.app", "europe-west1", "--region", "EU"]
        argv += ["--listen", f"127.0.0.1:{port}", "--control", ear.url]
        argv += ["--token-file", str(token), "--under-way", str(kept)]
        process = subprocess.Popen(argv)
        try:
            url = f"http://127.0.0.1:{port}"
            until(lambda: bool(served(url).get("events")), 30)
            for path in ("/v1/payouts", "/v1/reports", "/v1/chat/messages"):
                urllib.request.urlopen(urllib.request.Request(url + path, b"", method="POST")).read()
            until(lambda: served(url)["events"]["accepted"] >= 4, 20)
            until(kept.exists, 5)
            began = time.monotonic()
            process.terminate()
            assert process.wait(10) == 0
            assert time.monotonic() - began < 3
        finally:
            process.kill()
    assert {"payout", "ticket", "token.spent", "token.earned"} <= {
        each["type"] for each in ear.taken.values()
    }
    assert len(json.loads(kept.read_text())) == 2


def served(url: str) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(f"{url}/__served", timeout=5) as answer:
            found: dict[str, Any] = json.load(answer)
    except OSError:
        return {}
    return found
