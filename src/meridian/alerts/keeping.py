"""Keeps what the judge knows in PostgreSQL: what changed, in one transaction with the notices that the change sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from meridian.alerts.incidents import Incident
from meridian.alerts.judge import State, Stored
from meridian.alerts.store import Records, advance, put_held, put_incidents
from meridian.alerts.telling import Telling
from meridian.telemetry.conditions import Held

if TYPE_CHECKING:
    from meridian.store.database import Database

OFTEN = 10.0
"""Seconds after which numbers that changed are written, though nothing else did."""


@dataclass(slots=True)
class Keeping:
    """One process's connection between its judge's state and PostgreSQL. instance: names this process.

    _closed, _told: what waits to be written. _written: incidents as they are there; _standing likewise."""

    database: Database
    instance: str
    _epoch: int = -1
    _closed: list[Incident] = field(default_factory=list)
    _told: list[Telling] = field(default_factory=list)
    _written: dict[str, Incident] = field(default_factory=dict)
    _standing: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = field(default_factory=dict)
    _numbers_at: float = 0.0

    async def read(self, now: datetime) -> Stored | None:
        """What is stored, if somebody else wrote since this process last read or wrote."""
        records = Records(self.database)
        epoch = await records.epoch()
        if epoch.number == self._epoch:
            return None
        own = self._epoch >= 0 and epoch.leader == self.instance
        held = None if own else await records.held()
        incidents = await records.incidents("open")
        silences = await records.silences(now)
        self._epoch = epoch.number
        self._written = {each.id: each for each in incidents}
        if held is not None:
            self._standing = {rule: _essence(each) for rule, each in held.items()}
        return Stored(held, incidents, silences)

    async def write(self, state: State, now: datetime) -> list[Incident]:
        """Brings PostgreSQL to this state, and gives back the incidents that are news to those who watch. Safe to repeat."""
        self._collect(state)
        numbers = now.timestamp() - self._numbers_at >= OFTEN
        incidents = [*self._closed, *self._changed(state.incidents, numbers)]
        held = self._stood(state.held, numbers)
        gone = self._standing.keys() - state.held.keys()
        if not (incidents or held or gone or self._told):
            return []
        await self._commit(state, incidents, held, now)
        news = [each for each in incidents if _news(self._written.get(each.id), each)]
        written = {each.id: each for each in incidents}
        self._written = {id: written.get(id) or self._written[id] for id in state.incidents}
        self._standing |= {rule: _essence(each) for rule, each in held.items()}
        self._standing = {rule: each for rule, each in self._standing.items() if rule in state.held}
        self._closed, self._told = [], []
        if numbers:
            self._numbers_at = now.timestamp()
        return news

    def _collect(self, state: State) -> None:
        """What a state ends and tells is its own cycle's only: it waits here until it is written."""
        self._closed += [each for each in state.closed if each not in self._closed]
        self._told += [each for each in state.told if each not in self._told]

    async def _commit(
        self, state: State, incidents: list[Incident], held: Mapping[str, Held], now: datetime
    ) -> None:
        from meridian.alerts.deliveries import enqueue

        async with self.database.connection() as connection:
            await put_incidents(connection, incidents)
            await put_held(connection, held, list(state.held))
            for each in self._told:
                await enqueue(connection, each.notice, each.channels, now)
            epoch = await advance(connection, self.instance)
        if epoch == self._epoch + 1:
            self._epoch = epoch  # else somebody wrote meanwhile, and the next cycle reads it

    def _changed(self, open: Mapping[str, Incident], numbers: bool) -> list[Incident]:
        return [
            each
            for each in open.values()
            if (before := self._written.get(each.id)) is None
            or (each != before and (numbers or _bare(each) != _bare(before)))
        ]

    def _stood(self, held: Mapping[str, Held], numbers: bool) -> dict[str, Held]:
        return {
            rule: each
            for rule, each in held.items()
            if self._standing.get(rule, ()) != _essence(each) or (numbers and each.standings)
        }


def _essence(held: Held) -> tuple[tuple[tuple[str, ...], str], ...]:
    """Without the numbers that change each second."""
    return tuple((group, standing.state) for group, standing in held.standings.items())


def _bare(incident: Incident) -> tuple[object, ...]:
    """Without the values that change each second, and the words that name them."""
    firing = {key: alert.firing for key, alert in incident.alerts.items()}
    return replace(incident, alerts={}, sentence=""), firing


def _news(before: Incident | None, incident: Incident) -> bool:
    return before is None or incident.sentence != before.sentence or _bare(incident) != _bare(before)
