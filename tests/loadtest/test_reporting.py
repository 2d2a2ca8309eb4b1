"""Telling control never holds a run up, and what control says is heard."""

import asyncio
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from meridian.core.errors import Unavailable
from meridian.core.ids import new_id
from meridian.loadtest.reporting import DECISIONS, Reporting
from tests.loadtest.live.test_view import view


@dataclass
class Said:
    body: Any


@dataclass
class Control:
    """held: while it is clear, no call returns."""

    stop: str = ""
    away: bool = False
    held: threading.Event = field(default_factory=threading.Event)
    calls: list[tuple[str, str, Any]] = field(default_factory=list)
    decisions: list[dict[str, Any]] = field(default_factory=list)

    def call(self, method: str, path: str, body: Any = None, *, timeout: float = 0.0) -> Said:
        self.calls.append((method, path, body))
        assert self.held.wait(10)
        if self.away:
            raise Unavailable("control does not answer")
        if path.startswith(DECISIONS):
            before = path.partition("before=")[2]
            found = [each for each in self.decisions if not before or each["id"] < before]
            return Said({"decisions": sorted(found, key=lambda each: each["id"], reverse=True)[:500]})
        return Said({"stop": self.stop})

    def upload(self, path: str, content: bytes) -> Any:
        return {"missing": [1, 2]}


@pytest.fixture
def control() -> Control:
    made = Control()
    made.held.set()
    return made


async def told(control: Control, reporting: Reporting) -> None:
    task = asyncio.create_task(reporting.run(datetime(2026, 1, 1, tzinfo=UTC)))
    reporting.tell(view())
    async with asyncio.timeout(10):
        while not any(path.startswith(DECISIONS) for _, path, _ in control.calls) and not reporting.trouble:
            await asyncio.sleep(0.005)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_views_that_control_has_no_time_for_are_lost(control):
    control.held.clear()
    reporting = Reporting(control, "a-run")
    task = asyncio.create_task(reporting.run(datetime.now(UTC)))
    began = time.monotonic()
    for _ in range(50):
        reporting.tell(view(3))
        await asyncio.sleep(0)
    assert time.monotonic() - began < 5, "nobody waited for control"
    async with asyncio.timeout(10):
        while not control.calls:
            await asyncio.sleep(0.005)
    assert len(control.calls) == 1
    control.held.set()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_stop_reaches_the_runner(control):
    heard: list[str] = []
    control.stop = "anna: enough"
    await told(control, Reporting(control, "a-run", heard.append))
    assert heard == ["anna: enough"]
    method, path, body = control.calls[0]
    assert (method, path) == ("PUT", "/infrastructure/load-tests/a-run/progress")
    assert body["facts"]["name"] == "swipe"
    assert body["sentence"].startswith("5 of 60 s")


async def test_control_that_is_away_is_a_remark_and_no_more(control):
    control.away = True
    reporting = Reporting(control, "a-run")
    await told(control, reporting)
    assert reporting.trouble == "control is not told how it goes: control does not answer"


async def test_all_decisions_of_a_time_are_fetched_page_by_page(control):
    start = datetime(2026, 11, 22, 18, tzinfo=UTC).timestamp()
    control.decisions = [
        {"id": new_id(datetime.fromtimestamp(start + number / 10, UTC)), "at": "", "kind": "x"}
        for number in range(1300)
    ]
    since, until = (datetime.fromtimestamp(start + at, UTC) for at in (10.0, 120.0))
    found = await Reporting(control, "a-run").between(since, until)
    assert {each["id"] for each in found} == {each["id"] for each in control.decisions[101:1200]} | (
        {each["id"] for each in found} & {control.decisions[100]["id"], control.decisions[1200]["id"]}
    )
    assert len(control.calls) == 3


async def test_what_is_missing_is_said_as_people_count(control):
    said = await Reporting(control, "a-run").finish(0, b"")
    assert said == "control waits for the parts of the shards 2, 3"
