"""Cubes in, the same cubes out, at every width, over a real PostgreSQL."""

import random
from datetime import timedelta

from meridian.telemetry.history.history import History
from meridian.telemetry.history.levels import seconds
from meridian.telemetry.history.settings import Retention
from meridian.telemetry.history.views import ANSWERED, chosen
from meridian.telemetry.kinds import MARKET, PEOPLE, TRAFFIC
from tests.telemetry.history.keeping import Plain, deliver, kinds, raw, told, window

SERVED = {"status": sorted(ANSWERED)}
VIEWED = (
    (TRAFFIC, ("region",), SERVED, True),
    (TRAFFIC, ("location",), {**SERVED, "region": ["EU"]}, True),
    (TRAFFIC, ("service",), SERVED, True),
    (TRAFFIC, ("region",), {**SERVED, "feature": ["chat", "unheard"]}, True),
    (TRAFFIC, ("region",), {**SERVED, "feature": ["unheard"]}, True),
    (TRAFFIC, ("region",), {}, False),
    (TRAFFIC, ("service", "status"), {"region": ["US", "EU"]}, False),
    (MARKET, ("region", "outcome"), {}, False),
    (PEOPLE, (), {"who": ["users"]}, True),
    (PEOPLE, ("region",), {"who": ["users"]}, True),
)
RETENTION = Retention(ten_seconds="1d")
HOUR = timedelta(hours=1)


def at(history: History) -> int:
    return seconds(history.clock.now())


async def test_what_came_in_comes_out_at_every_step_before_and_after_it_is_added_up(history: History) -> None:
    dice, now = random.Random(1), at(history)
    deliveries = [{now - 10 * n: window(dice)} for n in range(0, 700, 7)]
    for windows in deliveries:
        await deliver(history, windows)
    for time in ("before", "after"):
        for kind in kinds():
            for step in (10, 60, 300, 3600, 7200):
                answer = await history.cubes(
                    kind, history.clock.now() - 3 * HOUR, history.clock.now() + HOUR, step, by=kind.labels
                )
                assert told(answer) == raw(deliveries, kind, step, kind.labels), (time, kind.name, step)
        cleaned = await history.cleanup(history.clock.now() + HOUR, RETENTION)
        assert cleaned.rolled > 0 or time == "after"


async def test_views_answer_as_all_labels_do_also_where_only_younger_windows_have_them(
    history: History,
) -> None:
    dice, now = random.Random(3), at(history)
    deliveries = [{now - 10 * n: window(dice)} for n in range(0, 1100, 11)]
    for windows in deliveries:
        await deliver(history, windows)
    for time in ("before", "after", "half"):
        for kind, by, where, sketches in VIEWED:
            assert chosen(kind, 300, by, where, sketches)
            for step in (10, 300, 7200):
                answer = await history.cubes(
                    kind,
                    history.clock.now() - 6 * HOUR,
                    history.clock.now() + HOUR,
                    step,
                    by=by,
                    where=where,
                    sketches=sketches,
                )
                found, wanted = told(answer), raw(deliveries, kind, step, by, where)
                assert _seen(found, sketches) == _seen(wanted, sketches), (time, kind.name, by, step)
        await history.cleanup(history.clock.now() + 3 * HOUR, RETENTION)
        if time == "after":
            async with history.database.connection() as connection:
                await connection.execute("UPDATE telemetry_level SET viewed_from = %s", (now - 3000,))


def _seen(answer: Plain, sketches: bool) -> Plain:
    """Without histograms where none were asked for."""
    return {
        start: {labels: each if sketches else each[:1] for labels, each in cells.items()}
        for start, cells in answer.items()
    }
