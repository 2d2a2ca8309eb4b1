"""Cubes in, the same cubes out, at every width, over a real PostgreSQL."""

import random
from datetime import timedelta

from meridian.telemetry.history.history import History
from meridian.telemetry.history.levels import seconds
from meridian.telemetry.history.settings import Retention
from tests.telemetry.history.keeping import deliver, kinds, raw, told, window

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
