"""A scenario: what was written, read and found consistent; and what becomes of it at a target."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from meridian.config.document import Document
from meridian.config.loading import invalid
from meridian.core.errors import Finding, InvalidInput
from meridian.core.suggest import did_you_mean
from meridian.loadtest.plan import StepFacts
from meridian.loadtest.scenario.aborts import Abort
from meridian.loadtest.scenario.chaos import Chaos, impossible
from meridian.loadtest.scenario.custom import CustomChecks
from meridian.loadtest.scenario.judging import names
from meridian.loadtest.scenario.model import StepWritten, Written
from meridian.loadtest.scenario.phases import Phase, moved, timed
from meridian.loadtest.scenario.requests import request_line
from meridian.loadtest.scenario.target import Target
from meridian.loadtest.scenario.thresholds import Threshold

if TYPE_CHECKING:
    from meridian.loadtest.scenario.plan import ScenarioPlan

FASTEST = 0.01
"""Seconds that an answer takes at least, for a guess at how much a closed model may send."""


@dataclass(frozen=True, slots=True)
class Asks:
    """What a run would ask for, from the scenario's numbers alone. rate: requests a second at most, of all shards together, on
    average over a second. flows: flows a second at most; 0 in a closed model."""

    scale: float
    seconds: float
    rate: float
    flows: float


@dataclass(frozen=True, slots=True)
class Scenario:
    """source: the file, or the name of a bundled one. text: as it was written. positions: where in the text everything stands."""

    written: Written
    thresholds: Sequence[Threshold]
    aborts: Sequence[Abort]
    chaos: Sequence[Chaos]
    source: str
    text: str
    positions: Document
    custom: CustomChecks | None = None

    @property
    def name(self) -> str:
        return self.written.name

    @property
    def title(self) -> str:
        return self.written.title

    @property
    def kind(self) -> str:
        return self.written.kind

    @property
    def description(self) -> str:
        return self.written.description

    @property
    def phases(self) -> tuple[Phase, ...]:
        """As they are written."""
        return timed(self.written.load.phases)

    @property
    def seconds(self) -> float:
        return self.phases[-1].end

    @property
    def top(self) -> float:
        """The highest rate, in flows a second; 0 in a closed model."""
        return max(phase.top for phase in self.phases)

    def asks(self, scale: float = 1.0, seconds: float | None = None, rate: float | None = None) -> Asks:
        """What `plan` would make of the same arguments, for those who decide whether it may be sent: costs nothing. Raises
        InvalidInput when it cannot be sent so."""
        if rate is not None:
            scale = self._scale(rate)
        if not (scale > 0 and math.isfinite(scale)):
            raise InvalidInput(f"a scale of {scale:g} leaves nothing", "give a number above 0, such as 0.1")
        if seconds is not None and not (seconds >= 1 and math.isfinite(seconds)):
            raise InvalidInput(f"{seconds:g} s is no duration", "give at least one second, such as 60")
        length = self.seconds if seconds is None else seconds
        if self.written.load.model == "closed":
            return Asks(scale, length, max(1.0, (self.written.load.at_once or 1) * scale) / FASTEST, 0.0)
        each = sum(step.share for step in self.written.flow)
        return Asks(scale, length, self.top * scale * each, self.top * scale)

    def plan(
        self,
        target: Target,
        *,
        seed: int,
        scale: float = 1.0,
        seconds: float | None = None,
        rate: float | None = None,
    ) -> ScenarioPlan:
        """Raises InvalidInput when this scenario cannot be sent so, or there.

        seed: of all chance. Users' names, addresses and idempotency keys follow from it too, so a run with the seed of one
        just before it meets the limits that those users have used up: draw a new one unless a run is to be repeated.
        scale: of all rates and of the number of users. seconds: how long it goes on; None: as written. rate: the highest
        rate, instead of a scale."""
        from meridian.loadtest.scenario.arrivals import how_many
        from meridian.loadtest.scenario.crowd import gather
        from meridian.loadtest.scenario.plan import ScenarioPlan

        asks = self.asks(scale, seconds, rate)
        scale = asks.scale
        self._require_known(target)
        load = self.written.load
        phases = timed(load.phases, seconds, scale)
        closed = max(1, round((load.at_once or 1) * scale)) if load.model == "closed" else 0
        each = sum(step.share for step in self.written.flow)
        poisson = load.arrivals == "poisson"
        flows = None if closed else how_many(phases, seed if poisson else None)
        crowd = gather(self.written.users, target, seed, scale, flows)
        plan = ScenarioPlan(
            steps=[_facts(step, target) for step in self.written.flow],
            origins=target.origins,
            seconds=phases[-1].end,
            closed=min(closed, len(crowd)),
            timeout=load.timeout,
            seed=seed,
            poisson=poisson,
            phases=phases,
            thresholds=[_scaled(one, scale) for one in self.thresholds],
            aborts=[replace(one, when=_scaled(one.when, scale)) for one in self.aborts],
            chaos=[replace(one, at=moved(one.at, load.phases, phases)) for one in self.chaos],
            top_rate=closed / FASTEST if closed else max(phase.top for phase in phases) * each,
            facts={},
            crowd=crowd,
            flow=self.written.flow,
            allowed=[_allowed(step, target) for step in self.written.flow],
            answers=target.answers,
            client_header=target.client_header,
            sign=target.sign,
            custom=self.custom,
        )
        return replace(plan, facts=self._of(plan, target, scale, each))

    def to_json(self) -> dict[str, Any]:
        """What it is, whatever it is sent to. `ScenarioPlan.facts` has more, as it is for one run."""
        return {
            "name": self.name,
            "title": self.title,
            "kind": self.kind,
            "description": self.description,
            "source": self.source,
            "model": self.written.load.model,
            "arrivals": self.written.load.arrivals,
            "seconds": self.seconds,
            "rate": self.top,
            "users": self.written.users.count,
            "phases": [phase.to_json() for phase in self.phases],
            "thresholds": [_told(one) for one in self.thresholds],
            "abort": [one.text for one in self.aborts],
            "chaos": [{"at": one.at, "do": one.text} for one in self.chaos],
            "steps": [self._step(step) for step in self.written.flow],
        }

    def _of(self, plan: ScenarioPlan, target: Target, scale: float, each: float) -> dict[str, Any]:
        from meridian.loadtest.scenario.counts import Count

        steps = [
            {**self._step(written), "service": facts.service}
            for written, facts in zip(self.written.flow, plan.steps, strict=True)
        ]
        return {
            **self.to_json(),
            "target": target.name,
            "seed": plan.seed,
            "scale": scale,
            "seconds": plan.seconds,
            "timeout": plan.timeout,
            "rate": max(phase.top for phase in plan.phases),
            "users": len(plan.crowd),
            "closed": plan.closed,
            "requests": 0 if plan.closed else round(Count(plan.phases).total * each),
            "top_rate": plan.top_rate,
            "phases": [phase.to_json() for phase in plan.phases],
            "thresholds": [_told(one) for one in plan.thresholds],
            "chaos": [{"at": one.at, "do": one.text} for one in plan.chaos],
            "steps": steps,
        }

    def _step(self, step: StepWritten) -> dict[str, Any]:
        custom = self.custom.names.get(step.name, ()) if self.custom else ()
        line = request_line(step.request)
        told = {"name": step.name, "request": f"{line.method} {line.path}", "share": step.share}
        return {**told, "checks": names(step.checks, custom)}

    def _scale(self, rate: float) -> float:
        if self.written.load.model == "closed":
            raise InvalidInput(f"{self.name} has no rate, as its model is closed", "give a scale instead")
        return rate / self.top

    def _require_known(self, target: Target) -> None:
        if findings := list(self._unknown(target)):
            raise invalid(self.source, [self.positions.place(finding) for finding in findings])

    def _unknown(self, target: Target) -> Iterator[Finding]:
        regions = [origin.name for origin in target.origins]
        about = [("thresholds", number, one) for number, one in enumerate(self.thresholds)]
        about += [("abort", number, one.when) for number, one in enumerate(self.aborts)]
        for section, number, one in about:
            if one.region and one.region not in regions:
                what = f"{target.name} has no region {one.region}"
                yield Finding((section, number), what, did_you_mean(one.region, regions))
        for step, what, todo in impossible(self.chaos, target.faults, target.name) if self.chaos else ():
            yield Finding(("chaos", self.chaos.index(step), "do"), what, todo)


def _told(one: Threshold) -> dict[str, Any]:
    return {"text": one.text, "line": one.line, "where": one.where, "bound": one.bound, "unit": one.unit}


def _scaled(one: Threshold, scale: float) -> Threshold:
    """A bound in flows or requests a second is one of the scenario at full scale."""
    return replace(one, bound=one.bound * scale) if one.unit == "/s" else one


def _facts(step: StepWritten, target: Target) -> StepFacts:
    line = request_line(step.request)
    return StepFacts(step.name, _longest(line.path, target.services) or "", f"{line.method} {line.path}")


def _allowed(step: StepWritten, target: Target) -> Mapping[str, frozenset[str]]:
    return _longest(request_line(step.request).path, target.residency) or {}


def _longest(path: str, of: Mapping[str, Any]) -> Any:
    """What is known of the longest prefix of a path that has something, by whole steps of it; None where nothing has."""
    path = path.partition("?")[0].rstrip("/")
    while path and path not in of:
        path = path.rpartition("/")[0]
    return of.get(path or "/")
