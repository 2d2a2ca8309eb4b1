"""Incidents, standings and silences in PostgreSQL. Methods raise Unavailable when it is away."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from meridian.alerts.incidents import Acknowledged, Incident, Told, alert_of, alerts_json
from meridian.alerts.silences import Silence
from meridian.telemetry.conditions import Held

if TYPE_CHECKING:
    from meridian.store.database import Connection, Database

Which = Literal["open", "resolved", "all"]
_WHERE: Mapping[Which, str] = {
    "open": "WHERE resolved IS NULL",
    "resolved": "WHERE resolved IS NOT NULL",
    "all": "",
}


@dataclass(frozen=True, slots=True)
class Epoch:
    """Grows with every write. leader: the process that judged last."""

    number: int
    leader: str


@dataclass(frozen=True, slots=True)
class Records:
    database: Database

    async def epoch(self) -> Epoch:
        async with self.database.connection() as connection:
            cursor = await connection.execute("SELECT epoch, leader FROM alert_epoch")
            row = await cursor.fetchone()
        return Epoch(row["epoch"], row["leader"]) if row else Epoch(0, "")

    async def judged(self) -> float | None:
        """Seconds since the rules were judged last, by PostgreSQL's clock; None: never."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT extract(epoch FROM clock_timestamp() - judged)::float8 AS ago FROM alert_epoch"
            )
            row = await cursor.fetchone()
        return row["ago"] if row else None

    async def judge(self) -> None:
        """Notes that the rules are judged now."""
        async with self.database.connection() as connection:
            await connection.execute("UPDATE alert_epoch SET judged = clock_timestamp()")

    async def incidents(self, which: Which = "open", limit: int = 100_000) -> tuple[Incident, ...]:
        """The newest first."""
        statement = f"SELECT * FROM alert_incident {_WHERE[which]} ORDER BY started DESC, id LIMIT %s"  # noqa: S608 - a constant
        async with self.database.connection() as connection:
            cursor = await connection.execute(statement.encode(), (limit,))
            return tuple(_incident(row) for row in await cursor.fetchall())

    async def incident(self, id: str) -> Incident | None:
        async with self.database.connection() as connection:
            return await one(connection, id)

    async def beginning(self, id: str) -> list[str]:
        """Ids of incidents that begin so, at most two."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT id FROM alert_incident WHERE starts_with(id::text, %s) LIMIT 2", (id.lower(),)
            )
            return [str(row["id"]) for row in await cursor.fetchall()]

    async def held(self) -> Mapping[str, Held]:
        """Rule -> how its groups stood."""
        async with self.database.connection() as connection:
            cursor = await connection.execute("SELECT rule, held FROM alert_standing")
            return {row["rule"]: Held.from_json(row["held"]) for row in await cursor.fetchall()}

    async def silences(self, now: datetime) -> tuple[Silence, ...]:
        """Those that have not ended, those that end first at first."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT * FROM alert_silence WHERE ends > %s ORDER BY ends, id", (now,)
            )
            return tuple(_silence(row) for row in await cursor.fetchall())

    async def silence(self, id: str) -> Silence | None:
        if not _uuid(id):
            return None
        async with self.database.connection() as connection:
            cursor = await connection.execute("SELECT * FROM alert_silence WHERE id = %s", (id,))
            row = await cursor.fetchone()
        return _silence(row) if row else None

    async def forget(self, before: datetime) -> None:
        """Incidents that were resolved, and silences that ended, before then."""
        async with self.database.connection() as connection:
            await connection.execute("DELETE FROM alert_incident WHERE resolved < %s", (before,))
            await connection.execute("DELETE FROM alert_silence WHERE ends < %s", (before,))


async def one(connection: Connection, id: str, *, lock: bool = False) -> Incident | None:
    if not _uuid(id):
        return None
    found = b"SELECT * FROM alert_incident WHERE id = %s"
    cursor = await connection.execute(found + b" FOR UPDATE" if lock else found, (id,))
    row = await cursor.fetchone()
    return _incident(row) if row else None


async def advance(connection: Connection, leader: str | None = None) -> int:
    """The next epoch. leader: the process that judges; None for an operator's change."""
    cursor = await connection.execute(
        "UPDATE alert_epoch SET epoch = epoch + 1, leader = coalesce(%s, leader) RETURNING epoch", (leader,)
    )
    row = await cursor.fetchone()
    assert row is not None
    return int(row["epoch"])


async def put_incidents(connection: Connection, incidents: Sequence[Incident]) -> None:
    """Everything but who acknowledged: that is written by people only (`put_acknowledged`), perhaps at this moment."""
    async with connection.cursor() as cursor:
        await cursor.executemany(
            'INSERT INTO alert_incident (id, "group", lead, severity, title, sentence, subject, runbook, cause, decision, '
            "started, resolved, told, silenced, alerts) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO UPDATE SET "
            '"group" = excluded."group", lead = excluded.lead, severity = excluded.severity, title = excluded.title, '
            "sentence = excluded.sentence, subject = excluded.subject, runbook = excluded.runbook, cause = excluded.cause, "
            "decision = excluded.decision, resolved = excluded.resolved, told = excluded.told, "
            "silenced = excluded.silenced, alerts = excluded.alerts",
            [
                (
                    each.id, each.group, each.lead, each.severity, each.title, each.sentence, each.subject, each.runbook,
                    each.cause, each.decision, each.started, each.resolved, _told_json(each.told), each.silenced,
                    json.dumps(alerts_json(list(each.alerts.values()))),
                )
                for each in incidents
            ],
        )  # fmt: skip


async def put_acknowledged(connection: Connection, id: str, found: Acknowledged | None) -> None:
    text = json.dumps({"by": found.by, "at": found.at.isoformat(), "reason": found.reason}) if found else None
    await connection.execute("UPDATE alert_incident SET acknowledged = %s WHERE id = %s", (text, id))


async def put_held(connection: Connection, changed: Mapping[str, Held], rules: Sequence[str]) -> None:
    """rules: all that there are; what others left behind is removed."""
    await connection.execute("DELETE FROM alert_standing WHERE NOT rule = ANY(%s)", (list(rules),))
    async with connection.cursor() as cursor:
        await cursor.executemany(
            "INSERT INTO alert_standing (rule, held) VALUES (%s, %s) "
            "ON CONFLICT (rule) DO UPDATE SET held = excluded.held",
            [(rule, json.dumps(held.to_json())) for rule, held in changed.items()],
        )


async def put_silence(connection: Connection, silence: Silence) -> None:
    await connection.execute(
        "INSERT INTO alert_silence (id, matchers, starts, ends, reason, author) VALUES (%s, %s, %s, %s, %s, %s) "
        "ON CONFLICT (id) DO UPDATE SET ends = excluded.ends",
        (
            silence.id,
            json.dumps({name: list(values) for name, values in silence.matchers.items()}),
            silence.starts,
            silence.ends,
            silence.reason,
            silence.author,
        ),
    )


def _incident(row: Mapping[str, Any]) -> Incident:
    alerts = [alert_of(raw) for raw in row["alerts"]]
    told, acknowledged = row["told"], row["acknowledged"]
    return Incident(
        id=str(row["id"]),
        group=row["group"],
        lead=row["lead"],
        severity=row["severity"],
        title=row["title"],
        sentence=row["sentence"],
        subject=row["subject"],
        started=row["started"],
        alerts={alert.key: alert for alert in alerts},
        runbook=row["runbook"],
        cause=row["cause"],
        decision=row["decision"],
        resolved=row["resolved"],
        acknowledged=Acknowledged(
            acknowledged["by"], datetime.fromisoformat(acknowledged["at"]), acknowledged["reason"]
        )
        if acknowledged
        else None,
        told=Told(
            datetime.fromisoformat(told["at"]), told["severity"], told["subjects"], tuple(told["channels"])
        )
        if told
        else None,
        silenced=row["silenced"],
    )


def _told_json(told: Told | None) -> str | None:
    if told is None:
        return None
    return json.dumps(
        {
            "at": told.at.isoformat(),
            "severity": told.severity,
            "subjects": told.subjects,
            "channels": list(told.channels),
        }
    )


def _silence(row: Mapping[str, Any]) -> Silence:
    matchers = {name: tuple(values) for name, values in row["matchers"].items()}
    return Silence(str(row["id"]), matchers, row["starts"], row["ends"], row["reason"], row["author"])


def _uuid(id: str) -> bool:
    try:
        UUID(id)
    except ValueError:
        return False
    return True
