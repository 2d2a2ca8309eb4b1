"""Load tests in PostgreSQL: what runs, what ran, and the parts of their records. Methods raise Unavailable when it is away."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from meridian.core.errors import Conflict
from meridian.loadtest.runs import LOST, Facts, Run, Runner, Told

if TYPE_CHECKING:
    from meridian.store.database import Connection, Database

_RUN = (
    "id, state, sentence, ended, told, author, runner, rate, p95, errors, stop, facts, "
    "state = 'running' AND told < %(lost)s AS lost"
)
_ONE_AT_A_TIME = 0x6D6C6F61
"""Of the advisory lock under which a run of control's is begun."""


@dataclass(frozen=True, slots=True)
class LoadTests:
    database: Database

    async def begin(self, run: Run, now: datetime, *, alone: bool) -> None:
        """Stores a run that is about to start. alone: raises Conflict while control runs another."""
        async with self.database.connection() as connection:
            await connection.execute("SELECT pg_advisory_xact_lock(%s)", (_ONE_AT_A_TIME,))
            if alone:
                await _require_alone(connection, now)
            await _insert(connection, run)

    async def tell(self, id: str, told: Told, author: str, now: datetime) -> str:
        """What a runner tells each second; a run that is not known yet is begun. Returns why it is to stop, or nothing.

        Raises Conflict where another run has this id."""
        async with self.database.connection() as connection:
            run = await _one(connection, id, now, lock=True)
            if run is None:
                await _insert(connection, _begun(id, told, author, now))
            else:
                _require_same(run.facts, told.facts, id)
            if run is None or run.state in ("running", "lost"):
                await connection.execute(
                    "UPDATE load_test SET told = %s, began = %s, facts = %s, sentence = %s, rate = %s, p95 = %s, errors = %s "
                    "WHERE id = %s",
                    (
                        now, told.facts.began, json.dumps(told.facts.to_json()), told.sentence, told.rate, told.p95,
                        told.errors, id,
                    ),
                )  # fmt: skip
            await connection.execute(
                "INSERT INTO load_test_shard (test, shard, told, live) VALUES (%s, %s, %s, %s) "
                "ON CONFLICT (test, shard) DO UPDATE SET told = excluded.told, live = excluded.live",
                (id, told.shard, now, json.dumps(told.live)),
            )
        return run.stop if run else ""

    async def add_part(
        self, id: str, shard: int, content: bytes, facts: Facts, author: str, now: datetime
    ) -> None:
        """Keeps a shard's part of the record, in place of an earlier one; a run that is not known yet is begun.

        Raises Conflict where another run has this id."""
        async with self.database.connection() as connection:
            run = await _one(connection, id, now, lock=True)
            if run is None:
                await _insert(connection, _begun(id, Told(facts, shard, "", None, None, None), author, now))
            else:
                _require_same(run.facts, facts, id)
            await connection.execute(
                "INSERT INTO load_test_shard (test, shard, told, part) VALUES (%s, %s, %s, %s) "
                "ON CONFLICT (test, shard) DO UPDATE SET told = excluded.told, part = excluded.part",
                (id, shard, now, content),
            )
            await connection.execute("UPDATE load_test SET told = %s WHERE id = %s", (now, id))

    async def parts(self, id: str) -> dict[int, bytes]:
        """Shard -> its part, of those that are there."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT shard, part FROM load_test_shard WHERE test = %s AND part IS NOT NULL ORDER BY shard",
                (id,),
            )
            return {row["shard"]: bytes(row["part"]) for row in await cursor.fetchall()}

    async def live(self, id: str) -> dict[int, Mapping[str, Any]]:
        """Shard -> what it told last."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT shard, live FROM load_test_shard WHERE test = %s ORDER BY shard", (id,)
            )
            return {row["shard"]: row["live"] for row in await cursor.fetchall()}

    async def conclude(self, id: str, summary: Mapping[str, Any], ended: datetime) -> None:
        """Stores how it ended. summary: a Summary's JSON."""
        latency = summary.get("latency") or {}
        async with self.database.connection() as connection:
            await connection.execute(
                "UPDATE load_test SET state = %s, sentence = %s, ended = %s, rate = %s, p95 = %s, errors = %s, summary = %s "
                "WHERE id = %s",
                (
                    summary["state"], summary["sentence"], ended, summary["achieved"]["rate"], latency.get("p95"),
                    summary["errors"], json.dumps(summary, ensure_ascii=False, separators=(",", ":")), id,
                ),
            )  # fmt: skip

    async def amend(self, id: str, summary: Mapping[str, Any]) -> None:
        """Stores another Summary of a run that was concluded."""
        text = json.dumps(summary, ensure_ascii=False, separators=(",", ":"))
        async with self.database.connection() as connection:
            await connection.execute("UPDATE load_test SET summary = %s WHERE id = %s", (text, id))

    async def abandon(self, id: str, state: str, sentence: str, now: datetime) -> None:
        """Ends a run that left no record. One that ended otherwise meanwhile stays as it is."""
        async with self.database.connection() as connection:
            await connection.execute(
                "UPDATE load_test SET state = %s, sentence = %s, ended = %s WHERE id = %s AND state = 'running'",
                (state, sentence, now, id),
            )

    async def runs(self, limit: int, now: datetime) -> list[Run]:
        """The newest first."""
        statement = f"SELECT {_RUN} FROM load_test ORDER BY began DESC, id LIMIT %(limit)s"  # noqa: S608 - constants
        async with self.database.connection() as connection:
            cursor = await connection.execute(statement.encode(), {"lost": now - LOST, "limit": limit})
            return [_run(row) for row in await cursor.fetchall()]

    async def run(self, id: str, now: datetime) -> Run | None:
        async with self.database.connection() as connection:
            return await _one(connection, id, now)

    async def beginning(self, start: str) -> list[str]:
        """Ids that begin so, at most two."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT id FROM load_test WHERE id = %(it)s OR starts_with(id, %(it)s) ORDER BY id <> %(it)s LIMIT 2",
                {"it": start},
            )
            found = [row["id"] for row in await cursor.fetchall()]
        return found[:1] if start in found else found

    async def summary(self, id: str) -> str | None:
        """A Summary's JSON text; None while there is none."""
        async with self.database.connection() as connection:
            cursor = await connection.execute("SELECT summary FROM load_test WHERE id = %s", (id,))
            row = await cursor.fetchone()
        return row["summary"] if row else None

    async def stop(self, id: str, reason: str) -> None:
        """Its runner hears of it with its next progress."""
        async with self.database.connection() as connection:
            await connection.execute("UPDATE load_test SET stop = %s WHERE id = %s", (reason, id))

    async def forget(self, ids: Sequence[str]) -> None:
        async with self.database.connection() as connection:
            await connection.execute("DELETE FROM load_test WHERE id = ANY(%s)", (list(ids),))

    async def forget_before(self, before: datetime, now: datetime) -> int:
        """Those that began before then and do not run any more. How many they were."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "DELETE FROM load_test WHERE began < %s AND (state <> 'running' OR told < %s)",
                (before, now - LOST),
            )
            return cursor.rowcount


async def _require_alone(connection: Connection, now: datetime) -> None:
    cursor = await connection.execute(
        "SELECT id, name FROM load_test WHERE runner = 'control' AND state = 'running' AND told >= %s LIMIT 1",
        (now - LOST,),
    )
    if row := await cursor.fetchone():
        raise Conflict(
            f"control already runs the load test {row['name']} ({row['id']})",
            f"wait for its end, or stop the run {row['id']}",
        )


async def _insert(connection: Connection, run: Run) -> None:
    facts = run.facts
    cursor = await connection.execute(
        "INSERT INTO load_test (id, name, title, kind, target, state, sentence, began, told, author, runner, shards, facts) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO NOTHING",
        (
            run.id, facts.name, facts.title, facts.kind, facts.target, run.state, run.sentence, facts.began, run.told,
            run.author, run.runner, facts.shards, json.dumps(facts.to_json()),
        ),
    )  # fmt: skip
    if not cursor.rowcount and run.runner == "control":
        raise Conflict(f"a load test has the id {run.id} already", "give another, or none")


def _begun(id: str, told: Told, author: str, now: datetime) -> Run:
    """A run that control hears of for the first time."""
    runner: Runner = "cli"
    return Run(id, told.facts, "running", told.sentence, None, now, author, runner, None, None, None)


def _require_same(known: Facts, told: Facts, id: str) -> None:
    """Shards of one run ask for the same: otherwise they would be added up to something that nobody asked for."""
    for what in ("name", "seed", "scale", "seconds", "shards"):
        if getattr(known, what) != getattr(told, what):
            raise Conflict(
                f"the load test {id} has another {what}: {getattr(known, what)}, not {getattr(told, what)}",
                "give each run an id of its own, and all its shards the same options",
            )


async def _one(connection: Connection, id: str, now: datetime, *, lock: bool = False) -> Run | None:
    statement = f"SELECT {_RUN} FROM load_test WHERE id = %(id)s{' FOR UPDATE' if lock else ''}"  # noqa: S608 - constants
    cursor = await connection.execute(statement.encode(), {"lost": now - LOST, "id": id})
    row = await cursor.fetchone()
    return _run(row) if row else None


def _run(row: Mapping[str, Any]) -> Run:
    return Run(
        id=row["id"],
        facts=Facts.from_json(row["facts"]),
        state="lost" if row["lost"] else row["state"],
        sentence=row["sentence"],
        ended=row["ended"],
        told=row["told"],
        author=row["author"],
        runner=row["runner"],
        rate=row["rate"],
        p95=row["p95"],
        errors=row["errors"],
        stop=row["stop"],
    )
