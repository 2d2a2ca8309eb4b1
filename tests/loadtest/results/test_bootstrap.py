"""The interval is as wide as the truth varies, also where seconds hang together."""

import numpy as np

from meridian.loadtest.results.bootstrap import intervals
from meridian.loadtest.results.pairs import pair
from tests.loadtest.results.runs import Shape, simulated


def covered(shape: Shape, runs: int) -> float:
    """How often the interval of p95 has the truth, which is no change, in it."""
    hits = 0
    for seed in range(runs):
        laid = pair(simulated(shape, 2 * seed), simulated(shape, 2 * seed + 1), list(range(shape.seconds)))
        found = intervals(laid)["p95"]
        hits += found.low <= 0 <= found.high
    return hits / runs


def test_it_covers_the_truth_where_seconds_hang_together() -> None:
    assert covered(Shape(rate=100, drift=0.08, memory=0.8), 40) >= 0.85


def test_what_the_schedule_does_to_both_is_no_noise() -> None:
    """Both get five times as slow in the middle; the difference is still seen to a few percent."""
    records = []
    for seed, slower in ((1, 1.0), (2, 1.1)):
        calm = simulated(Shape(drift=0.0, slower=slower), seed)
        busy = simulated(Shape(drift=0.0, slower=5 * slower, seconds=20), seed + 10)
        for at, second in busy:
            calm.add(at + 20, second)
        records.append(calm)
    found = intervals(pair(records[0], records[1], list(range(60))))["p95"]
    assert 0.05 < found.low < 0.1 < found.high < 0.15


def test_longer_runs_are_laid_out_in_longer_rows() -> None:
    record = simulated(Shape(rate=5, seconds=700), 3)
    laid = pair(record, record, list(range(700)))
    assert laid.step == 3
    assert laid.seconds == 699
    assert laid.before.counts.shape[0] == 233
    assert int(laid.before.ended.sum()) == 5 * 699
    assert np.all(np.diff(laid.ms) > 0)
