"""Metrics of this process: what is younger than 15 minutes from memory, what is older from history."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from meridian.core.clock import Clock
from meridian.core.errors import InvalidInput, Unavailable
from meridian.envoy.report import EdgeReport
from meridian.feature import Control
from meridian.telemetry.cube import Cube, merged
from meridian.telemetry.history.history import History, history_of
from meridian.telemetry.live.lane import DETAIL, KEPT, SPAN
from meridian.telemetry.live.ring import SETTLE, Ring, live_of
from meridian.telemetry.metrics.catalogue import Metric, filtering, grouping, known
from meridian.telemetry.metrics.histograms import measured
from meridian.telemetry.metrics.measures import Mean, Percentile, Rate, Share, Values, answered
from meridian.telemetry.metrics.query import Group, Line, Query, Range, Value
from meridian.telemetry.metrics.sums import summed, told_apart

MEMORY = float(KEPT - SPAN)
"""Seconds back that memory answers."""
LATE = 30
"""Seconds after which records of a time are in history, as a rule; what is younger comes from memory."""
SETTLED = SETTLE + 1
"""Seconds after which a second is known in memory: edges tell each second what was."""
ARRIVES = 5
"""Seconds after which a time that memory does not have can be whole in history."""
PATIENCE = 60.0
"""Seconds after which an edge that reports and tells no numbers is taken to have none."""
QUIET = 15.0
"""Seconds after a start in which no report means that none has come yet."""
MOST_STEPS = 2000
LONGEST = timedelta(days=400)

Reports = Callable[[], Mapping[str, Sequence[EdgeReport]]]


class Reading:
    """Implements `query.Metrics`. starting: why history cannot be relied on yet, or empty (`Control.starting`)."""

    def __init__(
        self,
        ring: Ring,
        history: History,
        reports: Reports,
        clock: Clock,
        starting: Callable[[], str] = lambda: "",
    ) -> None:
        self.ring = ring
        self._history = history
        self._reports = reports
        self._clock = clock
        self._starting = starting

    @property
    def history(self) -> History:
        """Raises Unavailable until this process has started: its tables may be missing, or be those of another version."""
        if why := self._starting():
            raise Unavailable(f"history cannot be read: {why}", "see /readyz?verbose")
        return self._history

    def latest(self, query: Query, until: float | None = None) -> Mapping[Group, Value]:
        """As `now`, from memory alone; what it does not go back to is left out. until: the second in which to stop."""
        metric = known(query)
        since, end = self.ring.bounds(min(query.over, MEMORY), until)
        cube = self.ring.cubes(
            metric.kind,
            since,
            end,
            grouping(metric, query.by),
            filtering(metric, query.where),
            metric.measure.sketches,
        )
        return answered(metric.measure, cube, query.by, self.ring.covered(since, end))

    async def now(self, query: Query) -> Mapping[Group, Value]:
        metric = known(query)
        if query.over <= KEPT:
            return self.latest(query)
        now = self._clock.now()
        since = now - timedelta(seconds=query.over)
        step = await self.history.step(since, now)
        steps = await self._stored(metric, query, since, now, step)
        return answered(
            metric.measure, merged((cube for _, cube in steps), metric.kind), query.by, query.over
        )

    def fresh(self) -> bool:
        edges = {(region, each.instance) for region, several in self._reports().items() for each in several}
        age = self.ring.age()
        if not edges:
            return age >= QUIET
        return age >= PATIENCE or not self.ring.silent(edges)

    async def range(self, query: Query, since: datetime, until: datetime, step: int | None = None) -> Range:
        metric = known(query)
        now = self._clock.now()
        since, until = _bounds(since, until, now)
        young = self._young(since, now)
        if step is None:
            step = _step(since, now) if young else await self.history.step(since, until)
        elif step % SPAN and not (young and _apart(since, now)):
            raise InvalidInput(
                f"a step of {step} s is kept for two minutes only", f"choose a multiple of {SPAN} s"
            )
        elif step < 1 or (until - since).total_seconds() / step > MOST_STEPS:
            raise InvalidInput(
                f"a step of {step} s gives no readable answer",
                f"choose one that gives at most {MOST_STEPS} steps",
            )
        first, end = _down(since, step), until.timestamp()
        times = list(range(first, max(int(-(-end // 1)), first + 1), step))
        whole = self._whole(times, step, now.timestamp())
        found = Range(times, step, [])
        for shown in (times[:whole], times):
            if shown and not found.lines:
                # A time that is shorter than a step so far is shown as far as it is known.
                values = await self._steps(metric, query, shown, step, young)
                found = Range(shown, step, _lines(metric, shown, values))
        return found

    def _whole(self, times: Sequence[int], step: int, now: float) -> int:
        """How many of the steps, the newest of which may go on, are over and known as a whole."""
        goes_back = max(self.ring.began, now - MEMORY)
        late = {at: SETTLED if at >= goes_back else ARRIVES for at in times[-ARRIVES - 1 :]}
        return len(times) - sum(at + step > int(now) - wait for at, wait in late.items())

    def _young(self, since: datetime, now: datetime) -> bool:
        return since.timestamp() >= max(now.timestamp() - MEMORY, self.ring.began)

    async def _steps(
        self, metric: Metric, query: Query, times: Sequence[int], step: int, young: bool
    ) -> Mapping[int, Values]:
        """When a step begins -> each group's value. From history what it has by now, from memory the rest."""
        now = self._clock.now().timestamp()
        recent = [at for at in times if at + step > now - LATE]
        if step % SPAN:
            return self._remembered(metric, query, times, step)
        older = [at for at in times if at + step <= now - LATE]
        # Memory answers the steps that history cannot have in full yet, as far as it goes back.
        goes_back = max(self.ring.began, now - MEMORY)
        while recent and recent[0] < goes_back and recent[0] + step > goes_back:
            older.append(recent.pop(0))
        found: Mapping[int, Values] = {}
        if older:
            begin = datetime.fromtimestamp(older[0], UTC)
            end = datetime.fromtimestamp(older[-1] + step, UTC)
            try:
                found = await self._kept(metric, query, begin, end, step)
            except Unavailable:
                if not young:
                    raise
                recent = list(times)
        return {**found, **self._remembered(metric, query, recent, step)}

    async def _kept(
        self, metric: Metric, query: Query, since: datetime, until: datetime, step: int
    ) -> Mapping[int, Values]:
        measure, words = metric.measure, self.history.words
        if isinstance(measure, Percentile | Mean):
            table = await self.history.rows(
                metric.kind, since, until, step, by=query.by, where=filtering(metric, query.where)
            )
            return await asyncio.to_thread(measured, measure, table, query.by, words.word)
        if isinstance(measure, Rate | Share):
            label, values = told_apart(measure)
            by, where = grouping(metric, query.by), filtering(metric, query.where)
            table = await self.history.rows(
                metric.kind, since, until, step, by=by, where=where, sketches=False
            )
            numbers, covers = await words.find(values) if label else [], self._covers(step)
            return await asyncio.to_thread(summed, measure, table, query.by, numbers, words.word, covers)
        return self._values(metric, query, step, await self._stored(metric, query, since, until, step))

    async def _stored(
        self, metric: Metric, query: Query, since: datetime, until: datetime, step: int
    ) -> list[tuple[int, Cube]]:
        return await self.history.cubes(
            metric.kind,
            since,
            until,
            step,
            by=grouping(metric, query.by),
            where=filtering(metric, query.where),
            sketches=metric.measure.sketches,
        )

    def _remembered(
        self, metric: Metric, query: Query, times: Sequence[int], step: int
    ) -> Mapping[int, Values]:
        by, where = grouping(metric, query.by), filtering(metric, query.where)
        end, sketches = self.ring.second - SETTLED, metric.measure.sketches
        found = [
            (at, self.ring.cubes(metric.kind, at, max(min(at + step, end), at + 1), by, where, sketches))
            for at in times
        ]
        return self._values(metric, query, step, found)

    def _values(
        self, metric: Metric, query: Query, step: int, cubes: Sequence[tuple[int, Cube]]
    ) -> Mapping[int, Values]:
        covers = self._covers(step)
        return {at: answered(metric.measure, cube, query.by, covers(at)) for at, cube in cubes if cube.cells}

    def _covers(self, step: int) -> Callable[[int], float]:
        """Seconds, as far as they are known, of the step that begins then."""
        end = self.ring.second - SETTLED
        return lambda at: min(step, max(end - at, 1))


def reading_of(control: Control) -> Reading:
    return control.shared(
        Reading,
        lambda: Reading(
            live_of(control), history_of(control), control.reports, control.clock, control.starting
        ),
    )


def _lines(metric: Metric, times: Sequence[int], values: Mapping[int, Values]) -> list[Line]:
    """A rate is 0 where something else was counted, and unknown where nothing was."""
    groups = sorted({group for each in values.values() for group in each})
    counts = isinstance(metric.measure, Rate)
    lines = []
    for group in groups:
        line: list[float | None] = []
        for at in times:
            each = values.get(at)
            value = each.get(group) if each is not None else None
            line.append(value.value if value is not None else (0.0 if counts and each else None))
        lines.append(Line(group, line))
    return lines


def _bounds(since: datetime, until: datetime, now: datetime) -> tuple[datetime, datetime]:
    """Nothing lies ahead. Raises InvalidInput."""
    until = min(until, now)
    if since >= until:
        raise InvalidInput(
            "the range ends before it begins", "give a `since` that lies before `until` and before now"
        )
    if until - since > LONGEST:
        raise InvalidInput("the range is longer than any history", f"ask for at most {LONGEST.days} days")
    return since, until


def _down(at: datetime, step: int) -> int:
    second = int(at.timestamp())
    return second - second % step


def _step(since: datetime, now: datetime) -> int:
    """Of what memory has: seconds, as far back as it keeps them apart."""
    return 1 if _apart(since, now) else SPAN


def _apart(since: datetime, now: datetime) -> bool:
    return (now - since).total_seconds() <= DETAIL - SPAN
