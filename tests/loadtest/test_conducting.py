"""Runs that are stopped before they begin. Nobody listens at their target, and nobody has to."""

import asyncio
import json
import time
from pathlib import Path

import pytest

from meridian.core.errors import InvalidInput
from meridian.loadtest.commands.verdict import print_verdict
from meridian.loadtest.conducting import Options
from meridian.loadtest.live.view import View
from meridian.loadtest.running import Ran, Run, execute_load_test
from meridian.loadtest.verdicts import exit_status
from tests.loadtest.scenario.scenarios import small
from tests.loadtest.scenario.targets import signer, target

QUIET = target(sign=signer(), name="app")


def waiting(start_at: float | None, out: Path) -> Run:
    scenario = small()
    plan = scenario.plan(target(faults=Nothing(), sign=signer()), seed=1)
    plan.chaos = []
    return Run(plan, QUIET, Options("waits", start_at=start_at), out=out)


class Nothing:
    def can(self) -> dict[str, list[str]]:
        return {"kill": ["europe-west1"]}

    async def do(self, verb: str, about: str, amount: float) -> str:
        raise AssertionError("nothing is broken before the start")


async def stopped(run: Run, *, shown: bool) -> tuple[Ran, list[View]]:
    views: list[View] = []
    there = asyncio.Event()

    def watch(view: View) -> None:
        views.append(view)
        there.set()

    run.watch = watch
    task = asyncio.create_task(run.run())
    if shown:
        await asyncio.wait_for(there.wait(), 20)
    run.stop.set()
    return await asyncio.wait_for(task, 40), views


@pytest.mark.parametrize("ahead", [None, 3600.0])
async def test_a_run_that_is_stopped_before_its_start_judges_nothing(
    ahead: float | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = time.time()
    run = waiting(ahead and asked + ahead, tmp_path)
    ran, views = await stopped(run, shown=ahead is not None)
    assert ran.summary["sentence"] == "Stopped before anything was sent: interrupted"
    assert exit_status(ran.summary["state"]) == 130
    assert ran.summary["thresholds"] == []
    assert asked - 1 <= ran.part.began.timestamp() <= ran.part.ended.timestamp() <= time.time()
    assert all(abs(view.facts.began.timestamp() - asked) < 60 for view in views)
    assert json.loads((tmp_path / "summary.json").read_text())["sentence"] == ran.summary["sentence"]
    print_verdict(ran.summary)
    said = capsys.readouterr().out
    assert "broken" not in said
    assert "not measured" not in said
    assert "not valid" not in said


async def test_nobody_waits_for_years(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="more than 24 hours ahead"):
        await waiting(time.time() + 10 * 365 * 86_400, tmp_path).run()
    assert not files(tmp_path)


async def test_what_may_not_be_sent_is_refused_before_a_user_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def gather(*given: object) -> None:
        raise AssertionError("users were gathered")

    monkeypatch.setattr("meridian.loadtest.scenario.crowd.gather", gather)
    with pytest.raises(InvalidInput, match=r"load_tests\.max_rate is 5,000"):
        await execute_load_test("swipe", QUIET, rate=1e9)
    with pytest.raises(InvalidInput, match=r"load_tests\.max_rate is 5,000; scale it down with --scale"):
        await execute_load_test("swipe", QUIET, scale=1000)


def files(folder: Path) -> list[Path]:
    return list(folder.iterdir())
