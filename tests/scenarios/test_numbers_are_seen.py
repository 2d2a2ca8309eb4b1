"""What clients do is what operators, Prometheus and history see: the same counts, also of the time when control was away."""

import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.support.ports import reserve
from tests.support.world import AVALO, World, until

AWAY = float(os.environ.get("MERIDIAN_TEST_AWAY", "20"))
"""Seconds that control is away: 600 shows the promise in full."""


@contextmanager
def prometheus(world: World, folder: Path) -> Iterator[str]:
    """The address of a Prometheus that scrapes the world's control each second, with the rules that Meridian exports."""
    folder.mkdir()
    world.run("export", "prometheus-rules", AVALO, "--out", folder / "meridian.rules.yml")
    (folder / "token").write_text((world.home / "admin-token").read_text().strip())
    config = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": ["meridian.rules.yml"],
        "scrape_configs": [
            {
                "job_name": "meridian",
                "authorization": {"credentials_file": "token"},
                "static_configs": [{"targets": [f"127.0.0.1:{world.base}"]}],
            }
        ],
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    (port,) = reserve(1)
    command = ["prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, f"--web.listen-address=127.0.0.1:{port}"], cwd=folder, stdout=log, stderr=log
        )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def asked(address: str, expression: str) -> float | None:
    """The one value of an expression; None without any."""
    try:
        answer = httpx.get(f"{address}/api/v1/query", params={"query": expression}, trust_env=False).json()
    except (httpx.HTTPError, json.JSONDecodeError):
        return None
    found = answer.get("data", {}).get("result", [])
    return float(found[0]["value"][1]) if found else None


def test_prometheus_scrapes_control_and_its_rules_load(calm: World, tmp_path: Path) -> None:
    counted = 'sum(meridian_requests_total{feature="profile"})'
    with prometheus(calm, tmp_path / "prometheus") as address:
        until(lambda: asked(address, "up") == 1, 30, "a scrape")
        before = asked(address, counted) or 0.0
        for _ in range(40):
            assert calm.ask("PATCH", "/v1/profile").status_code in (200, 429)

        until(lambda: (asked(address, counted) or 0.0) == before + 40, 40, "40 requests to be counted")
        groups = httpx.get(f"{address}/api/v1/rules", trust_env=False).json()["data"]["groups"]
        rules = [rule for group in groups for rule in group["rules"]]
        assert {group["name"] for group in groups} == {"meridian.recorded", "meridian.alerts"}
        until(lambda: asked(address, "min(meridian_location_up)") == 1, 20, "the locations' health")
        until(
            lambda: all(rule["health"] == "ok" for rule in _rules(address)), 20, "every rule to be evaluated"
        )
        assert len(rules) > 15


def _rules(address: str) -> list[dict[str, Any]]:
    groups = httpx.get(f"{address}/api/v1/rules", trust_env=False).json()["data"]["groups"]
    return [rule for group in groups for rule in group["rules"]]


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
    # What was asked so far belongs to a window of its own.
    until(lambda: time.time() % 10 < 1, 12, "a new window")
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
