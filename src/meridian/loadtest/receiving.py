"""What runners tell control: each second how it goes, and at the end the record, which is judged when all of its parts are
there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from meridian.core.decision import Decision, clip, to_json
from meridian.core.errors import NotFound
from meridian.core.ids import new_id
from meridian.loadtest import concluding
from meridian.loadtest.results.facts import scenario_facts
from meridian.loadtest.results.part import Part, merge
from meridian.loadtest.results.partfile import from_bytes
from meridian.loadtest.runs import Facts, Told
from meridian.loadtest.store import LoadTests
from meridian.store.journal import PostgresJournal

if TYPE_CHECKING:
    from meridian.feature import Control

BEFORE, AFTER = timedelta(seconds=5), timedelta(seconds=60)
"""Around a run, decisions that may explain what its clients saw."""
MOST_DECISIONS = 2000


@dataclass(frozen=True, slots=True)
class Taken:
    """missing: shards whose part is not there yet. state, sentence: of the whole run once none is."""

    missing: Sequence[int]
    state: str = "running"
    sentence: str = ""


async def take_progress(control: Control, id: str, told: Told, author: str) -> str:
    """Why the run is to stop; empty: it is not. Raises Conflict where another run has this id."""
    return await LoadTests(control.database).tell(id, told, author, control.clock.now())


async def take_event(control: Control, id: str, what: str, at: float, sentence: str, author: str) -> Decision:
    """Journals what a runner did to its target on purpose. Raises NotFound for a run that is not known."""
    run = await LoadTests(control.database).run(id, control.clock.now())
    if run is None:
        raise NotFound(f"no load test has the id {id}", "tell its progress first")
    decision = Decision(
        controller="load_tests",
        kind="load-test-chaos",
        subject=run.facts.name,
        sentence=clip(f"the load test {run.facts.name} did `{what}`: {sentence}"),
        evidence={"load_test": id, "at": at, "what": what},
        actor=author,
    )
    [stored] = await control.journal.write([decision])
    return stored


async def take_part(control: Control, id: str, shard: int, content: bytes, author: str) -> Taken:
    """Keeps one shard's part. With the last one, all are merged, judged and stored. Sending one again is harmless.

    Raises InvalidInput for what is no part, and Conflict where another run has this id."""
    part = await asyncio.to_thread(concluding.read, content, id, shard)
    store, now = LoadTests(control.database), control.clock.now()
    await store.add_part(id, shard, content, facts_of(part), author, now)
    parts = await store.parts(id)
    missing = [number for number in range(part.shards[0].count) if number not in parts]
    if missing:
        return Taken(missing)
    whole = part if len(parts) == 1 else await asyncio.to_thread(_whole, list(parts.values()))
    decisions = await decisions_between(control, whole.began - BEFORE, whole.ended + AFTER)
    summary = await asyncio.to_thread(concluding.conclude, whole, decisions)
    await store.conclude(id, summary, whole.ended)
    await control.journal.write([_ended(id, summary, author)])
    return Taken((), summary["state"], summary["sentence"])


async def decisions_between(control: Control, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """The journal's decisions of a time, as JSON."""
    journal = PostgresJournal(control.database, control.clock)
    found = await journal.search(MOST_DECISIONS, after=new_id(since), before=new_id(until))
    return [to_json(each) for each in found]


def facts_of(part: Part) -> Facts:
    """Raises InvalidInput where its scenario is none."""
    scenario = scenario_facts(part.scenario)
    return Facts(
        name=scenario.name,
        title=scenario.title,
        kind=scenario.kind,
        target=part.target,
        began=part.began,
        seed=part.seed,
        scale=part.scale,
        seconds=part.seconds,
        rate=part.rate,
        shards=part.shards[0].count,
        processes=part.processes,
        http=part.http,
    )


def _whole(parts: Sequence[bytes]) -> Part:
    return merge([from_bytes(each) for each in parts])


def _ended(id: str, summary: Any, author: str) -> Decision:
    return Decision(
        controller="load_tests",
        kind="load-test-ended",
        subject=str(summary["name"]),
        sentence=clip(f"load test {summary['name']} {summary['state']}: {summary['sentence']}"),
        evidence={"load_test": id},
        actor=author,
    )
