"""What people do about load tests, for programs that run inside control: what HTTP and the command line do. `execute_load_test`
needs no control.

What changes anything is journalled as a person's decision; it raises Unavailable while PostgreSQL is away, before anything has
changed.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from meridian.core.decision import Decision, clip
from meridian.core.errors import Conflict, NotFound
from meridian.core.ids import new_id
from meridian.loadtest import concluding
from meridian.loadtest.keeping import NAME
from meridian.loadtest.live.together import summary_so_far
from meridian.loadtest.runners import Reach, Runners
from meridian.loadtest.running import execute_load_test
from meridian.loadtest.runs import Run
from meridian.loadtest.starting import checked
from meridian.loadtest.store import LoadTests

if TYPE_CHECKING:
    from meridian.feature import Control
    from meridian.loadtest.order import Order

__all__ = [
    "cleanup_load_tests",
    "compare_load_tests",
    "delete_load_test",
    "execute_load_test",
    "get_load_test_part",
    "get_load_test_report",
    "get_load_test_results",
    "keep_comparison",
    "list_load_tests",
    "run_load_test",
    "stop_load_test",
]

OPERATOR = "operator"
LIST = "list them with `meridian load list`"


@dataclass(frozen=True, slots=True)
class Started:
    """id: of the run."""

    id: str
    decision: Decision


async def run_load_test(
    control: Control, order: Order, by: str, reason: str, reach: Reach | None = None
) -> Started:
    """Starts a load test in a process of its own on control's machine, and returns at once.

    reach: how that process reaches control; None: as the environment says. Raises InvalidInput for a scenario that is none, or a
    target or rate that is not permitted, and Conflict while control runs another."""
    now = control.clock.now()
    asked = checked(control.config(), order, now)
    id = new_id(now)
    run = Run(id, asked.facts, "running", "starts", None, now, by, "control", None, None, None)
    store = LoadTests(control.database)
    await store.begin(run, now, alone=True)
    decision = Decision(
        controller=OPERATOR,
        kind="load-test-started",
        subject=asked.facts.name,
        sentence=clip(f"{by} starts the load test {asked.facts.name} against {asked.facts.target}: {reason}"),
        evidence={
            "load_test": id,
            "target": asked.facts.target,
            "scale": order.scale,
            "seed": asked.facts.seed,
        },
        undo={"controller": NAME, "do": "stop", "id": id},
        actor=by,
        reason=reason,
    )
    try:
        [stored] = await control.journal.write([decision])
        await control.shared(Runners, Runners).start(
            control, id, asked.order, asked.facts.name, asked.timeout, reach or Reach()
        )
    except BaseException:
        await store.forget([id])
        raise
    return Started(id, stored)


async def list_load_tests(control: Control, limit: int = 50) -> list[Run]:
    """The newest first."""
    return await LoadTests(control.database).runs(limit, control.clock.now())


async def get_load_test_results(control: Control, id: str) -> str | dict[str, Any]:
    """A run's Summary: JSON text of one that ended; of one that runs, what is known so far. id: or as much of its beginning as is
    enough. Raises NotFound, and Conflict where several ids begin so."""
    store, run = LoadTests(control.database), await _run_of(control, id)
    found = await store.summary(run.id)
    if found is not None:
        return found
    return summary_so_far(run, await store.live(run.id))


async def get_load_test_report(control: Control, id: str) -> tuple[str, str]:
    """(the run's id, its report as HTML). Raises NotFound, and Conflict while it runs or where it left no record."""
    run, summary = await _concluded(control, id)
    return run.id, await asyncio.to_thread(concluding.report, summary)


async def get_load_test_part(control: Control, id: str) -> tuple[str, bytes]:
    """(the run's id, its whole record, all shards merged). Raises NotFound, and Conflict while a shard's part is missing."""
    run = await _run_of(control, id)
    parts = await LoadTests(control.database).parts(run.id)
    if len(parts) < run.facts.shards:
        raise Conflict(
            f"{len(parts)} of {run.facts.shards} parts of the record are there",
            "wait for the end of the run" if run.state == "running" else "",
        )
    return run.id, await asyncio.to_thread(concluding.merged, list(parts.values()))


async def compare_load_tests(control: Control, id: str, before: str) -> dict[str, Any]:
    """How a run differs from an earlier one: a Comparison's JSON. Raises as `get_load_test_part`."""
    _, earlier = await get_load_test_part(control, before)
    _, later = await get_load_test_part(control, id)
    return dict(await asyncio.to_thread(concluding.compared, earlier, later))


async def keep_comparison(control: Control, id: str, before: bytes) -> dict[str, Any]:
    """Compares a run that ended with an earlier one, and keeps that in the run's results and report.

    before: the earlier run's record, which control need not have. Raises InvalidInput where it is none, and as
    `get_load_test_report` and `get_load_test_part`."""
    run, summary = await _concluded(control, id)
    _, content = await get_load_test_part(control, run.id)
    comparison = dict(await asyncio.to_thread(concluding.compared, before, content))
    await LoadTests(control.database).amend(run.id, {**json.loads(summary), "comparison": comparison})
    return comparison


async def stop_load_test(control: Control, id: str, by: str, reason: str) -> Decision:
    """Nothing more is sent, wherever it runs; it reports what there is. One that control started and that hangs is killed
    after a while. Raises NotFound, and Conflict where it does not run."""
    run = await _run_of(control, id)
    if run.state not in ("running", "lost"):
        raise Conflict(f"this load test does not run any more: it {_ended(run)}")
    decision = Decision(
        controller=OPERATOR,
        kind="load-test-stopped",
        subject=run.facts.name,
        sentence=clip(f"{by} stops the load test {run.facts.name}: {reason}"),
        evidence={"load_test": run.id},
        actor=by,
        reason=reason,
    )
    [stored] = await control.journal.write([decision])
    await LoadTests(control.database).stop(run.id, f"{by}: {reason}")
    return stored


async def delete_load_test(control: Control, id: str, by: str, reason: str = "") -> Decision:
    """Removes a run with its record. Raises NotFound, and Conflict while it runs."""
    run = await _run_of(control, id)
    if run.state == "running":
        raise Conflict("this load test runs now", f"stop it first with `meridian load stop {run.id}`")
    decision = Decision(
        controller=OPERATOR,
        kind="load-test-removed",
        subject=run.facts.name,
        sentence=clip(f"{by} removes the load test {run.facts.name} of {run.facts.began:%Y-%m-%d %H:%M} UTC"),
        evidence={"load_test": run.id, "sentence": run.sentence},
        actor=by,
        reason=reason,
    )
    [stored] = await control.journal.write([decision])
    await LoadTests(control.database).forget([run.id])
    return stored


async def cleanup_load_tests(
    control: Control, older_than: timedelta, by: str, reason: str = ""
) -> tuple[int, Decision]:
    """Removes runs that began longer ago and do not run any more, with their records; says how many they were."""
    now = control.clock.now()
    removed = await LoadTests(control.database).forget_before(now - older_than, now)
    decision = Decision(
        controller=OPERATOR,
        kind="load-tests-cleaned",
        subject="load tests",
        sentence=clip(f"{by} removes {removed} load tests from before {now - older_than:%Y-%m-%d %H:%M} UTC"),
        evidence={"removed": removed, "older_than": older_than.total_seconds()},
        actor=by,
        reason=reason,
    )
    [stored] = await control.journal.write([decision])
    return removed, stored


async def _run_of(control: Control, id: str) -> Run:
    store = LoadTests(control.database)
    ids = await store.beginning(id.lower())
    if len(ids) > 1:
        raise Conflict(f"several load tests' ids begin with {id}", "write more of it")
    run = await store.run(ids[0], control.clock.now()) if ids else None
    if run is None:
        raise NotFound(f"no load test has the id {id[:80]}", LIST)
    return run


async def _concluded(control: Control, id: str) -> tuple[Run, str]:
    """The run and its Summary's JSON text."""
    run = await _run_of(control, id)
    found = await LoadTests(control.database).summary(run.id)
    if found is None:
        todo = "wait for its end" if run.state == "running" else "its record never arrived"
        raise Conflict(f"the load test {run.id} has no report: {_ended(run)}", todo)
    return run, found


def _ended(run: Run) -> str:
    return {
        "running": "it still runs",
        "lost": f"nothing was heard of its runner since {run.told:%Y-%m-%d %H:%M:%S} UTC",
    }.get(run.state, f"was {run.state} at {run.ended:%Y-%m-%d %H:%M:%S} UTC" if run.ended else run.state)
