"""When a number is bad, and for how long: the judge that alerts and degradation share. Pure, with time as an argument.

A condition says of each group whether its value is met (bad) or cleared (good again); between the two bounds it is neither,
and nothing changes. `Held` turns that into firing and resolved: what is met must stay so for a while, what is cleared too, and
what keeps going to and fro is told once and not resolved until it has been quiet.
"""

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from meridian.config.schema.base import PositiveDuration, Section, duration
from meridian.core.suggest import did_you_mean
from meridian.telemetry.kinds import OTHER
from meridian.telemetry.metrics.catalogue import METRICS
from meridian.telemetry.metrics.query import Group, Query, Value

State = Literal["quiet", "pending", "firing"]
Happened = Literal["fired", "resolved"]


def _several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Values = Annotated[tuple[str, ...], BeforeValidator(_several), Field(min_length=1, max_length=50)]
"""One value, or a list of them."""

LONGEST = 900.0
"""Seconds that a value is made from at most: what memory keeps."""
BREAK = 30.0
"""Seconds without a value after which a condition that is met again begins anew to be met."""


class Condition(Section):
    """When a metric is bad. Exactly one of `above` and `below` is given."""

    metric: Annotated[str, Field(min_length=1, max_length=64)]
    """The name of a metric, as `meridian metrics list` prints them."""
    where: dict[str, Values] = Field(default_factory=dict, max_length=10)
    """Only what has these labels: a value, or a list of values, by label. Left out: everything."""
    by: Annotated[tuple[str, ...], Field(max_length=4)] = ()
    """Labels to judge apart, such as `[region]`: each group is judged alone. Left out: everything together."""
    over: PositiveDuration = 60.0
    """The seconds up to now that the value is made from."""
    above: float | None = None
    """Bad above this, in the metric's unit."""
    below: float | None = None
    """Bad below this, in the metric's unit."""
    clears: float | None = None
    """Good again only at this bound: at most this for `above`, at least this for `below`. In between nothing changes.
    Left out: the same bound."""
    at_least: Annotated[float, Field(ge=0)] = 1.0
    """Requests, events or samples that a value must be made from, so that one failure of two is no outage. With fewer it is
    neither bad nor good."""

    @model_validator(mode="after")
    def _bounds(self) -> "Condition":
        if (self.above is None) == (self.below is None):
            raise ValueError("give either `above` or `below`, and not both")
        if self.above is not None and self.clears is not None and self.clears > self.above:
            raise ValueError("`clears` must be at most `above`: it is where the value is good again")
        if self.below is not None and self.clears is not None and self.clears < self.below:
            raise ValueError("`clears` must be at least `below`: it is where the value is good again")
        return self

    @property
    def query(self) -> Query:
        return Query(self.metric, dict(self.where), self.by, self.over)

    @property
    def bound(self) -> float:
        """The one of `above` and `below` that is given."""
        return self.above if self.above is not None else self.below or 0.0


def problems(
    condition: Condition, known: Callable[[str, str], Collection[str] | None]
) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """What the shape of a condition cannot say: (keys inside of it, what is wrong, what to do). known: metric, label -> the
    values that there can be, or None where nobody knows (see `metrics.values`)."""
    if condition.metric not in METRICS:
        todo = did_you_mean(condition.metric, METRICS)
        yield ("metric",), f"there is no metric {condition.metric}", todo
        return
    labels = METRICS[condition.metric].labels
    named: list[tuple[tuple[str | int, ...], str]] = [(("where", label), label) for label in condition.where]
    named += [(("by", index), label) for index, label in enumerate(condition.by)]
    for path, label in named:
        if label not in labels:
            yield path, f"{condition.metric} has no label {label}", did_you_mean(label, labels)
    for label, wanted in condition.where.items():
        values = known(condition.metric, label) if label in labels else None
        for value in wanted:
            if values is not None and value not in (*values, "", OTHER):
                said = f"{condition.metric} knows no" if label == "what" else f"there is no {label}"
                yield ("where", label), f"{said} {value}", did_you_mean(value, values)
    if condition.over > LONGEST:
        what = f"a value is judged over at most {duration(LONGEST)}"
        yield ("over",), what, "choose a shorter time; `for` says how long it has to be bad"


@dataclass(frozen=True, slots=True)
class Verdict:
    """met: bad. cleared: good. Neither: between the bounds, or not known. value, n: as measured. beyond: how far past the bound,
    below zero where it is not. known: it was made from enough."""

    met: bool
    cleared: bool
    value: float
    n: float
    beyond: float = 0.0
    known: bool = True


def verdict(condition: Condition, value: Value) -> Verdict:
    """What the condition says of one value."""
    if value.n < condition.at_least or not math.isfinite(value.value):
        return Verdict(False, False, value.value, value.n, known=False)
    bound = condition.bound
    clears = bound if condition.clears is None else condition.clears
    if condition.above is not None:
        return Verdict(value.value > bound, value.value <= clears, value.value, value.n, value.value - bound)
    return Verdict(value.value < bound, value.value >= clears, value.value, value.n, bound - value.value)


def verdicts(condition: Condition, values: Mapping[Group, Value]) -> Mapping[Group, Verdict]:
    """Each group's verdict. A group without a value has none."""
    return {group: verdict(condition, value) for group, value in values.items()}


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds. fires_after: that a condition must be met without a break. resolves_after: that it must be cleared
    without a break. gone_after: without any value (or too little of it), after which it counts as cleared. flaps, within: so many
    firings within so long are a flapping, which resolves only after `within` without being met."""

    fires_after: float = 0.0
    resolves_after: float = 60.0
    gone_after: float = 300.0
    flaps: int = 3
    within: float = 1800.0


@dataclass(frozen=True, slots=True)
class Standing:
    """How one group stands. since: when it began to be met. value, n: as last measured. worst, beyond: the value farthest
    past the bound since then, and how far. flapping: it fires too often lately. met_at: when it was met last. good_since:
    since when it is cleared without a break, or None. seen: when its value was last known. fired: when it fired lately."""

    state: State = "quiet"
    since: float = 0.0
    value: float = 0.0
    n: float = 0.0
    worst: float = 0.0
    beyond: float = 0.0
    flapping: bool = False
    met_at: float = 0.0
    good_since: float | None = None
    seen: float = 0.0
    fired: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """A group that fired or resolved just now, and how it stands."""

    group: Group
    happened: Happened
    standing: Standing


@dataclass(frozen=True, slots=True)
class Held:
    """Every group that is not quiet, or fired lately. Immutable: `step` gives the next one. It can be kept as JSON
    (`to_json`) and taken up after a restart."""

    standings: Mapping[Group, Standing] = field(default_factory=dict)

    def step(
        self, found: Mapping[Group, Verdict], patience: Patience, now: float, *, fresh: bool = True
    ) -> tuple["Held", tuple[Change, ...]]:
        """now: seconds since 1970. fresh: `Metrics.fresh()`; while it is false, nothing fires and nothing resolves."""
        following: dict[Group, Standing] = {}
        changes: list[Change] = []
        for group in sorted({*self.standings, *found}):
            before = self.standings.get(group, Standing())
            after, happened = _next(before, found.get(group), patience, now, fresh)
            if happened:
                changes.append(Change(group, happened, after))
            if after.state != "quiet" or after.fired:
                following[group] = after
        return Held(following), tuple(changes)

    def firing(self) -> Mapping[Group, Standing]:
        return {group: each for group, each in self.standings.items() if each.state == "firing"}

    def without(self, groups: Collection[Group]) -> "Held":
        """The same, with these groups forgotten."""
        return Held({group: each for group, each in self.standings.items() if group not in groups})

    def to_json(self) -> list[dict[str, object]]:
        return [
            {"group": list(group), **{name: getattr(each, name) for name in Standing.__slots__}}
            for group, each in self.standings.items()
        ]

    @classmethod
    def from_json(cls, raw: Iterable[Mapping[str, object]]) -> "Held":
        """Raises KeyError or TypeError for what is none."""
        made: dict[Group, Standing] = {}
        for each in raw:
            fields = {name: each[name] for name in Standing.__slots__}
            group, fired = each["group"], fields.pop("fired")
            if not isinstance(group, list) or not isinstance(fired, list | tuple):
                raise TypeError("a standing has a list of label values, and a list of firings")
            made[tuple(map(str, group))] = Standing(**fields, fired=tuple(fired))  # type: ignore[arg-type]
        return cls(made)


def _next(
    before: Standing, found: Verdict | None, patience: Patience, now: float, fresh: bool
) -> tuple[Standing, Happened | None]:
    if fresh and before.state == "firing" and found is not None and found.met:
        return _goes_on(before, found, patience, now), None
    current = replace(before, fired=tuple(at for at in before.fired if now - at < patience.within))
    if not fresh:
        # A break in what is measured is no time of being good, and none of being gone.
        return replace(current, good_since=None, seen=max(now, current.seen)), None
    known = found is not None and found.known
    if found is not None and known:
        current = replace(current, value=found.value, n=found.n, seen=now)
    if found is not None and found.met:
        return _met(current, found, patience, now)
    if current.state == "quiet":
        return current, None
    gone = not known and now - current.seen >= patience.gone_after
    if current.state == "pending":
        return (_quieted(current), None) if known or gone else (current, None)
    if gone:
        return _quieted(current), "resolved"
    if found is None or not known:
        return current, None
    return _better(current, found, patience, now)


def _goes_on(before: Standing, found: Verdict, patience: Patience, now: float) -> Standing:
    """Of a group that fires and is met again. What `_met` gives too, in a fifth of the time: thousands may fire for hours."""
    worse = found.beyond > before.beyond
    return Standing(
        state="firing",
        since=before.since,
        value=found.value,
        n=found.n,
        worst=found.value if worse else before.worst,
        beyond=found.beyond if worse else before.beyond,
        flapping=before.flapping,
        met_at=now,
        good_since=None,
        seen=now,
        fired=tuple(at for at in before.fired if now - at < patience.within),
    )


def _met(
    current: Standing, found: Verdict, patience: Patience, now: float
) -> tuple[Standing, Happened | None]:
    pause = now - current.met_at
    if current.state == "quiet" or (current.state == "pending" and pause > max(patience.fires_after, BREAK)):
        current = replace(current, state="pending", since=now, worst=found.value, beyond=found.beyond)
    if found.beyond > current.beyond:
        current = replace(current, worst=found.value, beyond=found.beyond)
    current = replace(current, met_at=now, good_since=None)
    if current.state == "firing" or now - current.since < patience.fires_after:
        return current, None
    fired = (*current.fired, now)[-max(patience.flaps, 1) :]
    return replace(current, state="firing", fired=fired, flapping=0 < patience.flaps <= len(fired)), "fired"


def _better(
    current: Standing, found: Verdict, patience: Patience, now: float
) -> tuple[Standing, Happened | None]:
    """A firing group whose value is known and not met."""
    if not found.cleared:
        return replace(current, good_since=None), None
    since = now if current.good_since is None else current.good_since
    wait = max(patience.within, patience.resolves_after) if current.flapping else patience.resolves_after
    if now - since >= wait:
        return _quieted(current), "resolved"
    return replace(current, good_since=since), None


def _quieted(current: Standing) -> Standing:
    return replace(current, state="quiet", good_since=None, flapping=False)
