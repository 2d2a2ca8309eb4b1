"""The six load tests that come with Meridian, each made small and short, hold their own thresholds against a whole world.

A load test knows when it was its own machine that was too slow, and then says nothing about the target. Such a run is made once
more, and skipped with its own sentence when that did not help. So is the run of a machine that stood still for a moment, which an
objective about time cannot tell from a slow target: twice in a row is the target's fault, unless the generator stood too."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from meridian.loadtest.results.partfile import from_bytes
from meridian.loadtest.scenario.loading import available, bundled
from tests.support.world import World

TIMES = float(os.environ.get("MERIDIAN_TEST_LOAD_SCALE", "1"))
"""How many times as much is sent as by `make test`, up to what the scenario says."""
SECONDS = float(os.environ.get("MERIDIAN_TEST_LOAD_SECONDS", "0"))
"""How long each takes at least."""
AROUND = 45.0
"""Seconds that a run may take beside its own: to start, to wait for the last answers, to write the report on a busy machine."""


@dataclass(frozen=True, slots=True)
class Small:
    """scale: of the scenario. seconds: as few as its thresholds can be judged in."""

    scale: float
    seconds: float


SIX = {
    "swipe": Small(0.03, 14),
    "chat": Small(0.1, 14),
    "payouts": Small(0.3, 20),
    "ai": Small(0.1, 30),
    "events": Small(0.3, 70),  # five seconds after the spike must be as those before, on end
    "calls": Small(1.0, 20),
}
TIMED = frozenset({"ms", "s", "MB/h", "/s"})
"""Units of objectives that a machine which stands still for a moment can break: latencies, recovery, leak, knee."""


def test_all_that_come_with_it_are_here() -> None:
    assert set(SIX) == set(available())


@pytest.mark.timeout(150 + 2 * (max(SECONDS, 70) + AROUND))
@pytest.mark.parametrize("name", SIX)
def test_it_holds_its_thresholds(stormy: World, tmp_path: Path, name: str) -> None:
    summary = load(stormy, name, tmp_path / "1")
    if summary["state"] == "invalid" or only_slow(summary):
        summary = load(stormy, name, tmp_path / "2")
    if summary["state"] == "invalid":
        pytest.skip(f"this machine is too slow to say anything about the target: {summary['sentence']}")
    if only_slow(summary) and summary["validity"]["late_seconds"]:
        pytest.skip(f"this machine stood still meanwhile: {summary['sentence']}")
    assert summary["state"] == "passed", [each["sentence"] for each in summary["thresholds"]]


def load(world: World, name: str, out: Path) -> dict[str, Any]:
    """The Summary of one run, of which everything is checked that no machine is too slow for."""
    small, scenario = SIX[name], bundled(name)
    seconds = max(small.seconds, SECONDS)
    scale = max(small.scale, min(1.0, small.scale * TIMES))
    options = ["--scale", str(scale), "--duration", str(seconds), "--out", str(out), "--json"]
    ran = world.run("load", "run", name, *options, check=False, seconds=seconds + AROUND)
    assert ran.returncode in (0, 1, 3), f"{ran.returncode}: {ran.stdout[:500]} {ran.stderr}"
    summary: dict[str, Any] = json.loads(ran.stdout)
    assert summary["kind"] == scenario.written.kind
    assert ran.returncode == {"passed": 0, "failed": 1, "invalid": 3}[summary["state"]]
    assert len(summary["thresholds"]) == len(scenario.written.thresholds)
    checked(summary, [step.name for step in scenario.written.flow])
    written(summary, out)
    return summary


def checked(summary: Mapping[str, Any], steps: list[str]) -> None:
    """Every step was sent, from every region, and nobody was answered where they may not be."""
    sent = {step["name"]: step["requests"] for step in summary["steps"]}
    assert [name for name in steps if not sent.get(name)] == []
    assert {region["name"] for region in summary["regions"]} == {"EU", "US", "APAC"}
    looked = {check["name"]: check for check in summary["checks"]}
    assert set(looked) >= {"status", "residency", "limit"}
    assert all(check["n"] > 0 for check in looked.values())
    assert looked["residency"]["failed"] == 0, looked["residency"]["example"]
    if summary["state"] == "invalid":
        return
    unmeasured = [each["text"] for each in summary["thresholds"] if each["value"] is None]
    assert [text for text in unmeasured if not text.startswith(("recovery", "leak"))] == [], (
        "recovery: it never came; leak: the run is too short"
    )
    assert summary["validity"]["sent"] >= 0.99 * summary["validity"]["due"]
    assert summary["achieved"]["requests"] == pytest.approx(summary["asked"]["requests"], rel=0.01)
    assert [
        each["sentence"]
        for each in summary["thresholds"]
        if each["text"].startswith("rate") and not each["held"]
    ] == []


def written(summary: Mapping[str, Any], out: Path) -> None:
    assert summary["title"] in (out / "report.html").read_text()
    cases = ElementTree.parse(out / "junit.xml").getroot().findall(".//testcase")
    assert {each["text"] for each in summary["thresholds"]} <= {case.get("name") for case in cases}
    assert from_bytes((out / "part.json.gz").read_bytes()).id == summary["id"]


def only_slow(summary: Mapping[str, Any]) -> bool:
    """Whether objectives do not hold, and all of these are about time."""
    units = {each["unit"] for each in summary["thresholds"] if each["held"] is False}
    return bool(units) and units <= TIMED
