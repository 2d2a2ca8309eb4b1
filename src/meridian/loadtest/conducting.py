"""Conducts one machine's part of a run: sends, breaks what the scenario wants broken, watches the abort rules, shows how it
goes, and makes the part of the record at the end."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from meridian.loadtest.aborting import Aborting
from meridian.loadtest.breaking import Breaking
from meridian.loadtest.concluding import relevant
from meridian.loadtest.engine.progress import Progress
from meridian.loadtest.engine.run import run as send
from meridian.loadtest.live.follow import Follow
from meridian.loadtest.live.sofar import SoFar
from meridian.loadtest.live.view import View
from meridian.loadtest.plan import Shard
from meridian.loadtest.reporting import Reporting
from meridian.loadtest.results.facts import scenario_facts
from meridian.loadtest.results.part import End, Part
from meridian.loadtest.results.summary import Event
from meridian.loadtest.runs import Facts
from meridian.loadtest.scenario.plan import ScenarioPlan
from meridian.loadtest.scenario.target import Target

Watch = Callable[[View], None]
PICTURES = 2
"""Seconds from one heatmap, crash map and look at the thresholds that control is told to the next."""


@dataclass(frozen=True, slots=True)
class Options:
    """id: of the run, the same for all its shards. scale, rate: as they were asked for, for the record. start_at: seconds
    since 1970; None: as soon as everything is ready. processes: that send. http: which version is spoken. sample: name ->
    pid of processes whose CPU and memory are noted each second."""

    id: str
    scale: float = 1.0
    rate: float | None = None
    shard: Shard = field(default_factory=Shard)
    start_at: float | None = None
    processes: int = 1
    http: int = 1
    sample: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Conductor:
    """stop: once set, nothing more is sent. halt: once set, nothing is waited for either. watch: shown each second how it goes.
    reporting: None: there is no control to tell. preparing: told each second before the start how many users of how many are
    ready."""

    plan: ScenarioPlan
    target: Target
    options: Options
    reporting: Reporting | None
    watch: Watch
    stop: asyncio.Event
    halt: asyncio.Event
    preparing: Callable[[int, int], None] = lambda done, of: None
    events: list[Event] = field(default_factory=list)
    _asked_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    _began: float = 0.0
    _last: int = 0
    _end: End = "finished"
    _reason: str = ""
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _follow: Follow = field(init=False)
    _aborting: Aborting = field(init=False)
    _breaking: Breaking | None = field(init=False)
    _growing: SoFar | None = None
    _pictured: int = -PICTURES
    _more: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        plan = self.plan
        self._follow = Follow(plan.timeout, warm_up(plan))
        self._aborting = Aborting(plan.aborts, plan.steps, plan.timeout)
        faults = self.target.faults if self.options.shard.index == 0 else None
        self._breaking = Breaking(plan.chaos, faults, self._happened) if plan.chaos and faults else None
        if self.reporting is not None:
            told = scenario_facts(plan.facts)
            self._growing = SoFar(told, plan.steps, self.options.shard, plan.seconds, plan.timeout)
            self.reporting.stop = lambda reason: self.end("stopped", f"stopped by {reason}")

    async def run(self) -> Part:
        """Until it is through, ended by a rule, or stopped. What was broken is mended by then."""
        options = self.options
        if self.reporting is not None:
            self._tasks.append(
                asyncio.create_task(self.reporting.run(self._asked_at), name="telling control")
            )
        if options.start_at is not None:
            self._tasks.append(
                asyncio.create_task(self._await_start(options.start_at), name="awaiting the start")
            )
        try:
            record = await send(
                self.plan,
                on_second=self._second,
                shard=options.shard,
                processes=options.processes,
                start_at=options.start_at,
                stop=self.stop,
                halt=self.halt,
                sample=options.sample,
                on_preparing=self.preparing,
            )
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            if self._breaking:
                await self._breaking.mend(self._began)
        if self.stop.is_set() and self._end == "finished" and self._last < self.plan.seconds:
            self._end, self._reason = "stopped", "interrupted"
        ended = datetime.now(UTC)
        began = datetime.fromtimestamp(self._began, UTC) if self._began else ended
        return Part(
            id=options.id,
            shards=(options.shard,),
            scenario=self.plan.facts,
            target=self.target.name,
            seed=self.plan.seed,
            scale=options.scale,
            rate=options.rate,
            seconds=self.plan.seconds,
            closed=self.plan.closed,
            timeout=self.plan.timeout,
            http=options.http,
            processes=options.processes,
            steps=tuple(self.plan.steps),
            began=began,
            ended=ended,
            record=record,
            end=self._end,
            reason=self._reason,
            events=tuple(self.events),
        )

    def end(self, end: End, reason: str) -> None:
        """Nothing more is sent. The first reason counts."""
        if self._end == "finished" and not self.stop.is_set():
            self._end, self._reason = end, reason
        self.stop.set()

    def _second(self, progress: Progress) -> None:
        if progress.began > time.time():
            return  # stopped while it waited for the start
        if not self._began:
            self._began = progress.began
            if self._breaking:
                self._tasks.append(
                    asyncio.create_task(self._breaking.run(progress.began), name="breaking things")
                )
        self._last = progress.second
        self._follow.look(progress.record, progress.second)
        sending = progress.running and not self.stop.is_set()
        if sending and (why := self._aborting.look(progress.record, progress.second)):
            self.events.append(Event(at=float(progress.second), what="abort", by="abort", sentence=why))
            self.end("aborted", why)
        self._picture(progress)
        self._show(self._view(progress))

    def _picture(self, progress: Progress) -> None:
        """What control is told besides, now and then: it costs more than the numbers of a second."""
        if self._growing is None or self.reporting is None:
            return
        record, second = progress.record, progress.second
        self._growing.look(record, second)
        if second - self._pictured >= PICTURES or not progress.running:
            self._pictured = second
            began, decisions = datetime.fromtimestamp(progress.began, UTC), self.reporting.decisions.values()
            self._more = self._growing.told(record, second, began, self.events, relevant(decisions))

    async def _happened(self, event: Event) -> None:
        self.events.append(event)
        if self.reporting is not None:
            await self.reporting.journal(event)

    async def _await_start(self, start_at: float) -> None:
        """Shows and tells that the run is there, while it waits for the others."""
        while (left := start_at - time.time()) > 0:
            self._show(self._empty(-int(left) - 1))
            await asyncio.sleep(min(1.0, left))

    def _show(self, view: View) -> None:
        self.watch(view)
        if self.reporting is not None:
            self.reporting.tell(view)

    def _view(self, progress: Progress) -> View:
        follow, reporting = self._follow, self.reporting
        phase = next((p.name for p in self.plan.phases if p.start <= progress.second < p.end), "")
        trouble = [*progress.trouble, *([reporting.trouble] if reporting and reporting.trouble else [])]
        return View(
            id=self.options.id,
            facts=self.facts(progress.began),
            shard=self.options.shard.index,
            steps=self.plan.steps,
            second=progress.second,
            waiting=progress.waiting,
            connections=progress.connections,
            lag_ms=round(progress.lag_ms, 3),
            late=follow.late,
            recent=follow.recent(),
            measured=follow.measured,
            whole=follow.whole,
            points=follow.shown(),
            phase=phase,
            next_chaos=self._breaking.next(progress.second) if self._breaking else None,
            events=self._so_far(progress.began),
            trouble=trouble,
            stopping=(self._reason or "stopping") if self.stop.is_set() else "",
            more=self._more,
        )

    def _empty(self, second: int) -> View:
        """Before the start. It began when it was asked for, until it really begins."""
        follow, began = self._follow, self._asked_at.timestamp()
        return View(
            self.options.id, self.facts(began), self.options.shard.index, self.plan.steps, second, 0, 0, 0.0, 0,
            follow.recent(), follow.measured, follow.whole, (),
        )  # fmt: skip

    def facts(self, began: float) -> Facts:
        """What the run is. began: seconds since 1970."""
        plan, options = self.plan, self.options
        return Facts(
            name=str(plan.facts["name"]),
            title=str(plan.facts["title"]),
            kind=str(plan.facts["kind"]),
            target=self.target.name,
            began=datetime.fromtimestamp(began, UTC),
            seed=plan.seed,
            scale=options.scale,
            seconds=plan.seconds,
            rate=None if plan.closed else plan.top_rate,
            shards=options.shard.count,
            processes=options.processes,
            http=options.http,
        )

    def _so_far(self, began: float) -> Sequence[Event]:
        """What was done on purpose, and what was decided since the start."""
        decided: list[Event] = []
        if self.reporting is not None:
            decided = [
                found for each in self.reporting.decisions.values() if (found := _decided(each, began))
            ]
        return sorted([*self.events, *decided], key=lambda each: each["at"])


def _decided(decision: Mapping[str, Any], began: float) -> Event | None:
    with contextlib.suppress(KeyError, ValueError, TypeError):
        at = datetime.fromisoformat(decision["at"]).timestamp() - began
        if at >= 0 and not str(decision["kind"]).startswith("load-test"):
            return Event(at=round(at, 3), what=decision["kind"], by="decision", sentence=decision["sentence"])
    return None


def warm_up(plan: ScenarioPlan) -> float:
    """Seconds at the beginning that are judged by nobody."""
    until = 0.0
    for phase in plan.phases:
        if not phase.warm_up:
            break
        until = phase.end
    return until
