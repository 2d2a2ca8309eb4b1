"""A control that only knows how to talk to an edge: one snapshot at a time, and the reports and records it got."""

import asyncio
import json
from typing import Any

from aiohttp import web

from meridian.envoy.report import EdgeReport
from meridian.envoy.snapshot import Snapshot


class FakeControl:
    """reports: what the edge said, in order. acknowledges: whether it takes decisions. records: id -> what a fold made.
    pulses: what the edge told each second."""

    def __init__(self, port: int, token: str = "edge-token") -> None:
        self.port = port
        self.token = token
        self.reports: list[EdgeReport] = []
        self.polls: list[str] = []
        self.acknowledges = True
        self.advice: dict[str, Any] = {}
        self.decisions: dict[str, dict[str, Any]] = {}
        self.records: dict[str, Any] = {}
        self.pulses: list[dict[str, Any]] = []
        self._snapshot: Snapshot | None = None
        self._changed = asyncio.Event()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        app = web.Application(client_max_size=2**26)
        app.router.add_get("/edge/v1/EU/snapshot", self._give)
        app.router.add_post("/edge/v1/EU/report", self._hear)
        app.router.add_post("/edge/v1/EU/records", self._take)
        app.router.add_post("/edge/v1/EU/live", self._feel)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def publish(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        waiting, self._changed = self._changed, asyncio.Event()
        waiting.set()

    @property
    def last(self) -> EdgeReport | None:
        return self.reports[-1] if self.reports else None

    async def _give(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.Response(status=401)
        known = request.headers.get("If-None-Match", "")
        self.polls.append(known)
        try:
            async with asyncio.timeout(float(request.query["wait"])):
                while self._snapshot is None or f'"{self._snapshot.digest}"' == known:
                    await self._changed.wait()
        except TimeoutError:
            return web.Response(status=304)
        return web.Response(body=self._snapshot.dump(), headers={"ETag": f'"{self._snapshot.digest}"'})

    async def _hear(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.Response(status=401)
        report = EdgeReport.model_validate_json(await request.read())
        self.reports.append(report)
        taken = [each["id"] for each in report.decisions] if self.acknowledges else []
        self.decisions |= {each["id"]: each for each in report.decisions if each["id"] in taken}
        answer = {"acknowledged": taken, "advice": self.advice}
        return web.Response(text=json.dumps(answer), content_type="application/json")

    async def _take(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.Response(status=401)
        records = (await request.json())["records"]
        known = sum(each["id"] in self.records for each in records)
        self.records |= {each["id"]: each["content"] for each in records}
        said = {"stored": len(records) - known, "known": known, "refused": []}
        return web.Response(text=json.dumps(said), content_type="application/json")

    async def _feel(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.Response(status=401)
        self.pulses.append(await request.json())
        return web.Response(status=204)
