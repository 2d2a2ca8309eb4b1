"""Which level the rules ask for, and when one is left. Pure, with time as an argument.

A level is gone to at once when a rule has held for its time. It is left one step at a time: only after `leave_after` without any
rule asking for it, counted anew after each step. So nothing goes to and fro faster than `leave_after`. A person's order restarts
the rules' clocks: what they saw before it is no reason to overrule it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from meridian.config.schema.base import duration
from meridian.config.schema.root import Config
from meridian.core.decision import Decision, clip
from meridian.core.errors import Conflict
from meridian.degradation.plan import asked, name_of, section
from meridian.degradation.settings import Degradation, Rule
from meridian.degradation.state import EVERYWHERE, Standing, where
from meridian.telemetry.conditions import Condition, Held, Patience, verdicts
from meridian.telemetry.metrics.catalogue import metric_of
from meridian.telemetry.metrics.query import Group, Value

NAME = "degradation.rules"
GONE_AFTER = 60.0
"""Seconds without a value after which a rule's condition counts as cleared: what is turned off has no numbers any more."""


@dataclass(frozen=True, slots=True)
class Seen:
    """standings: by region. values: rule -> what its condition's metric is, by group. fresh: whether the numbers cover what edges
    report now; while they don't, nothing changes."""

    standings: Mapping[str, Standing] = field(default_factory=dict)
    values: Mapping[str, Mapping[Group, Value]] = field(default_factory=dict)
    fresh: bool = True


@dataclass(frozen=True, slots=True)
class Clocks:
    """held: rule -> how its groups stand. calm: region -> since when no rule asks for the level it came to."""

    held: Mapping[str, Held] = field(default_factory=dict)
    calm: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asking:
    """A rule that asks for a level now. because: its condition with its numbers, for a sentence."""

    rule: str
    level: int
    because: str
    value: float
    n: float


class DegradationJudge:
    name = NAME

    def initial(self) -> Clocks:
        return Clocks()

    def decide(
        self, policy: Config, state: Clocks, observation: Seen, now: datetime
    ) -> tuple[Clocks, Sequence[Decision]]:
        """At most one decision a region, and one for everywhere."""
        settings = section(policy)
        if not settings.automatic:
            return Clocks(), ()
        held = {name: _stepped(name, rule, state, observation, now) for name, rule in settings.rules.items()}
        calm: dict[str, datetime] = {}
        decisions = []
        for region in (EVERYWHERE, *policy.regions):
            asking = list(_asking(settings, held, region))
            standing = observation.standings.get(region, Standing(region))
            if observation.fresh and wanted(asking) < standing.automatic:
                calm[region] = state.calm.get(region, now)
            quiet = _quiet(standing, calm.get(region), now)
            if decision := judged(settings, standing, asking, quiet):
                decisions.append(decision)
                calm.pop(region, None)
        return Clocks(held, calm), decisions

    def replay(self, policy: Config, evidence: Mapping[str, Any]) -> Sequence[Decision]:
        """Raises Conflict for what a person decided, and for evidence that cannot be read."""
        if not evidence.keys() >= {"standing", "asking", "quiet"}:
            raise Conflict("a person decided this; only what a controller decided can be decided again")
        try:
            raw = evidence["standing"]
            changed = datetime.fromisoformat(raw["changed_at"]) if raw["changed_at"] else None
            standing = Standing(raw["region"], raw["automatic"], raw["manual"], changed)
            asking = [Asking(**each) for each in evidence["asking"]]
            decision = judged(section(policy), standing, asking, evidence["quiet"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Conflict(
                f"the evidence of this decision cannot be read ({type(error).__name__}: {error})",
                "another version of Meridian may have written it",
            ) from error
        return [decision] if decision else []


def wanted(asking: Sequence[Asking]) -> int:
    return max((each.level for each in asking), default=0)


def judged(
    settings: Degradation, standing: Standing, asking: Sequence[Asking], quiet: float
) -> Decision | None:
    """quiet: seconds since the last change during which no rule asked for the level that the rules came to."""
    level = wanted(asking)
    if level > standing.automatic:
        most = max(asking, key=lambda each: (each.level, each.rule))
        return _decision(settings, standing, asking, quiet, level, "raised", f"{most.rule}: {most.because}")
    if level < standing.automatic and quiet >= settings.leave_after:
        below = [number for number in settings.levels if number < standing.automatic]
        because = f"no rule asked for more during {duration(settings.leave_after)}"
        return _decision(settings, standing, asking, quiet, max([level, *below]), "lowered", because)
    return None


def _decision(
    settings: Degradation,
    standing: Standing,
    asking: Sequence[Asking],
    quiet: float,
    level: int,
    kind: str,
    because: str,
) -> Decision:
    action = {
        "controller": NAME,
        "do": "follow",
        "region": standing.region,
        "automatic": level,
        "was": standing.changed_at.isoformat() if standing.changed_at else None,
    }
    return Decision(
        controller=NAME,
        kind=f"level-{kind}",
        subject=where(standing.region),
        sentence=clip(_sentence(settings, standing, level, because)),
        evidence={
            "standing": {
                "region": standing.region,
                "automatic": standing.automatic,
                "manual": standing.manual,
                "changed_at": action["was"],
            },
            "asking": [
                {
                    "rule": each.rule,
                    "level": each.level,
                    "because": each.because,
                    "value": each.value,
                    "n": each.n,
                }
                for each in asking
            ],
            "quiet": quiet,
        },
        action=action,
        undo=set_action(standing.region, standing.automatic, standing.manual),
    )


def _sentence(settings: Degradation, standing: Standing, level: int, because: str) -> str:
    place, name = where(standing.region), name_of(settings, level)
    if level >= (standing.manual or 0):
        return f"{place}: level {level} ({name}), from {standing.level}: {because}"
    return f"{place}: the rules ask for level {level} now, and {standing.manual} holds by hand: {because}"


def set_action(region: str, automatic: int, manual: int | None) -> dict[str, Any]:
    """What puts a region where a person wants it. manual: the least level from then on; None: no such order."""
    return {"controller": NAME, "do": "set", "region": region, "automatic": automatic, "manual": manual}


def _quiet(standing: Standing, calm: datetime | None, now: datetime) -> float:
    """Seconds; a clock that was set back makes them few, never negative."""
    if calm is None:
        return 0.0
    began = max(calm, standing.changed_at) if standing.changed_at else calm
    return max(0.0, (now - began).total_seconds())


def _stepped(name: str, rule: Rule, state: Clocks, seen: Seen, now: datetime) -> Held:
    before = state.held.get(name, Held())
    overruled = [
        group
        for group, each in before.standings.items()
        if (told := seen.standings.get(_region(rule, group), Standing("")).told_at)
        and each.since < told.timestamp()
    ]
    condition = asked(rule)
    found = verdicts(condition, seen.values.get(name, {}))
    patience = Patience(rule.for_, resolves_after=0.0, gone_after=GONE_AFTER, flaps=0)
    held, _ = before.without(overruled).step(found, patience, now.timestamp(), fresh=seen.fresh)
    return held


def _region(rule: Rule, group: Group) -> str:
    """Whose level a group of a rule's values is about."""
    return group[asked(rule).by.index("region")] if rule.scope == "region" else EVERYWHERE


def _asking(settings: Degradation, held: Mapping[str, Held], region: str) -> Iterator[Asking]:
    """The rules that ask for a level of a region, each with its worst group."""
    for name, rule in settings.rules.items():
        firing = [
            (each.beyond, group, each)
            for group, each in held[name].firing().items()
            if _region(rule, group) == region
        ]
        if not firing:
            continue
        _, group, worst = max(firing, key=lambda each: each[:2])
        yield Asking(name, rule.level, _because(rule, group, worst.value), worst.value, worst.n)


def _because(rule: Rule, group: Group, value: float) -> str:
    """ "error_rate 7.3% > 5% for 30s (chat)"."""
    condition = rule.condition
    sign = ">" if condition.above is not None else "<"
    found, bound = (_measured(condition, each) for each in (value, condition.bound))
    told = f"{condition.metric} {found} {sign} {bound} for {duration(rule.for_)}"
    others = [
        value for label, value in zip(asked(rule).by, group, strict=True) if label != "region" and value
    ]
    return f"{told} ({', '.join(others)})" if others else told


def _measured(condition: Condition, value: float) -> str:
    """With its unit."""
    unit = metric_of(condition.metric).unit
    if unit == "share":
        return f"{value * 100:.3g}%"
    return f"{value:.4g}" if unit in ("count", "amount") else f"{value:.4g} {unit}"
