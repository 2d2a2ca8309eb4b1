"""What clients do is what history has: the same counts, also of the time when control was away."""

import os
import threading
import time
from datetime import UTC, datetime

import pytest

from tests.support.world import World, until

AWAY = float(os.environ.get("MERIDIAN_TEST_AWAY", "20"))
"""Seconds that control is away: 600 shows the promise in full."""


class Reading(threading.Thread):
    """Reads the feed at the edge of the EU, over and over."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.statuses: list[int] = []
        self._world = world
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(0.01):
            self.statuses.append(self._world.get("/v1/feed").status_code)

    def finish(self) -> list[int]:
        self._over.set()
        self.join()
        return self.statuses


def history(world: World, since: datetime, **where: str) -> dict[int, float]:
    """Seconds since 1970 -> requests of the feed in these ten seconds, as history has them."""
    until_ = datetime.now(UTC)
    parameters: list[tuple[str, str]] = [
        ("metric", "requests_per_second"),
        ("since", since.isoformat()),
        ("until", until_.isoformat()),
        ("step", "10"),
        ("where", "feature:feed"),
        *(("where", f"{label}:{value}") for label, value in where.items()),
    ]
    answer = world.operator("GET", "/infrastructure/metrics/query", params=parameters)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    (line,) = found["lines"] or [{"values": []}]
    return {
        time: (value or 0.0) * found["step"]
        for time, value in zip(found["times"], line["values"], strict=False)
    }


@pytest.mark.timeout(240 + 2 * AWAY)
def test_history_has_no_hole_and_no_double_count_of_the_time_without_control(stormy: World) -> None:
    until(lambda: stormy.get("/v1/feed").status_code == 200, 30, "the edge to serve")
    asked = time.time() // 10
    until(lambda: time.time() // 10 > asked, 12, "a window without what was asked so far")
    began = datetime.now(UTC)
    served = stormy.served("europe-west1")["total"]
    reading = Reading(stormy)
    reading.start()
    try:
        until(lambda: len(reading.statuses) > 100, 60, "load")
        stormy.run("world", "kill", "control")
        gone = len(reading.statuses)
        threading.Event().wait(AWAY)
        assert len(reading.statuses) > gone + AWAY, "clients were served on"
        stormy.run("world", "restore", "control")
        back = len(reading.statuses)
        until(lambda: len(reading.statuses) > back + 100, 60, "load with control back")
    finally:
        statuses = reading.finish()
    counted = stormy.served("europe-west1")["total"] - served
    assert counted == statuses.count(200)

    until(lambda: stormy.run("status", check=False).returncode == 0, 60, "all to be well again")
    until(lambda: sum(history(stormy, began).values()) >= len(statuses) - 0.5, 90, "every request in history")
    found = history(stormy, began)
    assert round(sum(found.values())) == len(statuses)
    assert round(sum(history(stormy, began, status="2xx").values())) == counted
    busy = [time for time, value in found.items() if value > 0]
    assert busy == list(range(busy[0], busy[-1] + 10, 10)), "a hole"
