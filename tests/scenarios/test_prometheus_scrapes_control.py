"""What clients do is what Prometheus sees: it scrapes control, and evaluates the rules that Meridian exports."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.support.ports import reserve
from tests.support.world import AVALO, World, until


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
