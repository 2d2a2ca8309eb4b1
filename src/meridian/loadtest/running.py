"""Runs a load test here and now, from the permission to the report."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from meridian.core.errors import InvalidInput, MeridianError
from meridian.core.ids import new_id
from meridian.loadtest import concluding
from meridian.loadtest.conducting import Conductor, Options, Watch
from meridian.loadtest.moments import require_near
from meridian.loadtest.reporting import Client, Reporting
from meridian.loadtest.results.comparison import Comparison
from meridian.loadtest.results.part import Part
from meridian.loadtest.results.partfile import to_bytes
from meridian.loadtest.results.summary import Event, Summary
from meridian.loadtest.scenario.loading import load
from meridian.loadtest.scenario.plan import ScenarioPlan
from meridian.loadtest.scenario.safety import permit
from meridian.loadtest.scenario.target import Target
from meridian.loadtest.settings import LoadTests
from meridian.loadtest.starting import LARGEST_SEED
from meridian.loadtest.targets import configured, in_file
from meridian.loadtest.writing import Files

MARGIN = timedelta(seconds=5)
"""Before a run began, decisions that may explain what its clients saw first."""
LATE_NEWS = 2.5
"""Seconds after the end in which every edge has told control what it decided."""


@dataclass(frozen=True, slots=True)
class Ran:
    """summary: of this machine's part, or of all where control had them. part: this machine's. report: where it was written,
    if it was. remarks: what a person should know besides, as sentences."""

    summary: Summary
    part: Part
    report: Path | None
    remarks: Sequence[str] = ()


@dataclass(slots=True)
class Run:
    """One machine's run of a plan.

    settings: what may be tested. client: None: there is no control to tell. watch: shown each second how it goes. out: None:
    nothing is written. stop: once set, nothing more is sent, and there is a report of what there is; halt: no answer is
    waited for either. confirmed: the name of a production target as a person typed it. before: an earlier run's record
    to compare with. preparing: see `Conductor`."""

    plan: ScenarioPlan
    target: Target
    options: Options
    settings: LoadTests = field(default_factory=LoadTests)
    client: Client | None = None
    watch: Watch = lambda view: None
    out: Path | None = None
    confirmed: str | None = None
    preparing: Callable[[int, int], None] = lambda done, of: None
    before: bytes | None = None
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    halt: asyncio.Event = field(default_factory=asyncio.Event)
    _kept: bool = False
    _remarks: list[str] = field(default_factory=list)

    async def run(self) -> Ran:
        """Raises InvalidInput or Forbidden, before anything is sent, where this may not be sent or cannot be broken there."""
        plan, files = self.plan, Files(self.out) if self.out else None
        if self.options.start_at is not None:
            require_near(self.options.start_at, datetime.now(UTC))
        scale = float(plan.facts["scale"])
        permit(self.settings, self.target, plan.top_rate, plan.seconds, self.confirmed, scale=scale)
        if files:
            files.require()
        reporting = Reporting(self.client, self.options.id) if self.client else None
        conductor = Conductor(
            plan, self.target, self.options, reporting, self.watch, self.stop, self.halt, self.preparing
        )
        part = await conductor.run()
        content = await asyncio.to_thread(to_bytes, part)
        if files:
            files.write_part(content)
        summary = await self._concluded(part, content, reporting)
        if self.before is not None:
            summary["comparison"] = await self._compared(self.before, content, reporting)
        if files:
            await asyncio.to_thread(files.write_results, summary)
        return Ran(summary, part, files.report if files else None, tuple(self._remarks))

    async def _concluded(self, part: Part, content: bytes, reporting: Reporting | None) -> Summary:
        """By control where it can: it has the journal, the other shards' parts, and earlier runs. Otherwise here."""
        if reporting is not None:
            try:
                await self._late_news(part)
                missing = await reporting.finish(self.options.shard.index, content)
                if not missing:
                    found: Summary = await reporting.summary()
                    self._kept = True
                    return found
                self._remarks.append(missing)
            except MeridianError as error:
                self._remarks.append(f"control did not take the record: {error}")
        decisions, gap = await self._decisions(part, reporting)
        summary = await asyncio.to_thread(concluding.conclude, part, decisions)
        if gap:
            self._remarks.append(gap)
            summary["events"].append(
                Event(at=float(part.record.seconds), what="no journal", by="decision", sentence=gap)
            )
        return summary

    async def _compared(self, before: bytes, content: bytes, reporting: Reporting | None) -> Comparison:
        """By control, so that its copy of the results says the same, where it has one."""
        if reporting is not None:
            try:
                if self._kept:
                    found: Comparison = await reporting.compare(before)
                    return found
                self._remarks.append(
                    "the comparison is in this machine's report only: control has no results yet"
                )
            except MeridianError as error:
                self._remarks.append(f"the comparison is in this machine's report only: {error}")
        return await asyncio.to_thread(concluding.compared, before, content)

    async def _decisions(
        self, part: Part, reporting: Reporting | None
    ) -> tuple[Sequence[Mapping[str, Any]], str]:
        """The decisions of the run's time, and why there may be more."""
        why = "there is no control to ask"
        if reporting is not None:
            try:
                return await reporting.between(part.began - MARGIN, part.ended + MARGIN), ""
            except MeridianError as error:
                why = str(error)
        known = list(reporting.decisions.values()) if reporting else []
        return known, f"the failover log may lack decisions: {why}"

    async def _late_news(self, part: Part) -> None:
        """Edges tell their decisions with their next report. Only a run in which something was broken is worth the wait."""
        if self.plan.chaos and part.end == "finished" and not self.halt.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.halt.wait(), LATE_NEWS)


async def execute_load_test(
    scenario: ScenarioPlan | str | Path,
    target: Target | str,
    options: Options | None = None,
    *,
    config: str | Path | None = None,
    settings: LoadTests | None = None,
    scale: float = 1.0,
    seconds: float | None = None,
    rate: float | None = None,
    seed: int | None = None,
    client: Client | None = None,
    watch: Watch = lambda view: None,
    out: Path | None = None,
    confirmed: str | None = None,
) -> Summary:
    """Runs a load test here and now, and returns its results.

    scenario: a bundled one's name, a file, or a plan that is made for this target already, to which scale (of the rate), seconds,
    rate (flows a second, at the highest; instead of a scale) and seed (None: a new one) do not apply. target: a name of
    `load_tests.targets` in the file `config`, or one that is found already, such as `meridian.cli.load.local()`, the world of
    this machine. settings: what may be tested; None: as `config` says, or this machine's own addresses only. options: for
    instance the shard; None: the whole run from one process, with a new id. client: of the control that is told; None: none is.
    out: a folder for the report. confirmed: the name of a production target once more.

    Raises InvalidInput, NotFound or Forbidden, before anything is sent, where this may not be sent or cannot be read."""
    found = None if config is None else await asyncio.to_thread(in_file, Path(config))
    if isinstance(target, str):
        if found is None or config is None:
            raise InvalidInput(
                f"nothing says where the target {target} is",
                "give the configuration that names it as `config`, or `meridian.cli.load.local()` as the target",
            )
        folder = await asyncio.to_thread(Path(config).resolve)
        target = await asyncio.to_thread(configured, found, target, folder.parent)
    if settings is None:
        settings = found.section(LoadTests) if found else LoadTests()
    if options is None:
        options = Options(new_id(datetime.now(UTC)), scale=scale, rate=rate)
    if not isinstance(scenario, ScenarioPlan):
        drawn = secrets.randbelow(LARGEST_SEED) if seed is None else seed
        read = await asyncio.to_thread(load, scenario)
        asks = read.asks(scale, seconds, rate)
        permit(settings, target, asks.rate, asks.seconds, confirmed, scale=asks.scale)
        scenario = await asyncio.to_thread(
            read.plan, target, seed=drawn, scale=scale, seconds=seconds, rate=rate
        )
    ran = await Run(scenario, target, options, settings, client, watch, out, confirmed).run()
    return ran.summary
