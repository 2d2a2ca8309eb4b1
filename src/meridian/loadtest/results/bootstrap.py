"""What a difference between two runs could also have been, if the same seconds had come in another order.

Seconds are not independent: what slows one slows the next. So whole blocks of seconds are drawn (Künsch, The jackknife
and the bootstrap for general stationary observations, 1989), around the end to the beginning (Politis and Romano, A
circular block-resampling procedure for stationary data, 1992), and the same ones of both runs: what their common schedule
does to both, a ramp or a spike, is no difference between them."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meridian.loadtest.results.pairs import Pair, Side

SHARES = (0.5, 0.95, 0.99)
NAMES = ("p50", "p95", "p99", "errors")
CONFIDENCE = 0.95
"""That no interval misses, of all metrics together."""
DRAWS = 400
SHORTEST_BLOCK = 5.0
"""Seconds. The noise of single requests hides part of how seconds hang together."""
_LEAST_MS = 0.001
SEED = 20_300_101
"""Of the draws: the same runs are told the same each time."""


@dataclass(frozen=True, slots=True)
class Interval:
    """change, low, high: relative (0.1: 10 % more); of errors the difference of the shares. NaN where it was not measured."""

    before: float
    after: float
    change: float
    low: float
    high: float


def intervals(pair: Pair) -> dict[str, Interval]:
    """By metric. They hold together: the bound is that of the largest deviation of all metrics (as in Romano and Wolf,
    2005), which wastes less than Bonferroni's where metrics move together."""
    n = len(pair.before.ended)
    whole = np.ones((1, n), np.float32)
    before, after = _metrics(pair.before, pair, whole)[0], _metrics(pair.after, pair, whole)[0]
    block = _block(pair)
    weights = _weights(n, block)
    drawn = _change(_metrics(pair.before, pair, weights), _metrics(pair.after, pair, weights))
    change = _change(before, after)
    spread = drawn.std(axis=0)
    bound = _bound(drawn, change, spread) * _small_sample(block, n)
    return {
        name: _interval(name, before[at], after[at], change[at], bound * spread[at])
        for at, name in enumerate(NAMES)
    }


def _metrics(side: Side, pair: Pair, weights: NDArray[np.float32]) -> NDArray[np.float64]:
    """By draw: each percentile in milliseconds, then the share of errors. NaN where there is nothing."""
    found = np.full((len(weights), len(NAMES)), np.nan)
    total = weights @ side.counts.sum(axis=1)
    if len(pair.ms):
        reached = np.ascontiguousarray(np.cumsum(side.counts, axis=1).T)
        for at, share in enumerate(SHARES):
            places = _reach(reached, weights, share * total)
            found[:, at] = np.where(total > 0, pair.ms[places], np.nan)
    ended = weights @ side.ended
    np.divide(weights @ side.failed, ended, out=found[:, -1], where=ended > 0)
    return found


def _reach(
    reached: NDArray[np.float32], weights: NDArray[np.float32], wanted: NDArray[np.float32]
) -> NDArray[np.int64]:
    """By draw, the first column up to which it has as many requests as wanted: by halving, all draws at once. reached:
    column, row -> requests up to there."""
    low = np.zeros(len(weights), np.int64)
    high = np.full(len(weights), len(reached) - 1)
    while (low < high).any():
        middle = (low + high) // 2
        fewer = np.einsum("ij,ij->i", weights, reached[middle]) < wanted
        low, high = np.where(fewer, middle + 1, low), np.where(fewer, high, middle)
    return low


def _change(before: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of latencies the logarithm of the ratio, so that twice and half are equally far; of errors the difference."""
    change = after - before
    change[..., :-1] = np.log(np.maximum(after[..., :-1], _LEAST_MS)) - np.log(
        np.maximum(before[..., :-1], _LEAST_MS)
    )
    return change


def _bound(drawn: NDArray[np.float64], change: NDArray[np.float64], spread: NDArray[np.float64]) -> float:
    """In standard deviations."""
    moving = spread > 0
    if not moving.any():
        return 0.0
    away = np.abs(drawn[:, moving] - change[moving]) / spread[moving]
    return float(np.quantile(away.max(axis=1), CONFIDENCE))


def _block(pair: Pair) -> int:
    """Rows. After Andrews (Heteroskedasticity and autocorrelation consistent covariance matrix estimation, 1991, equation
    6.2 for Bartlett's kernel, which weighs as blocks do), from how far the difference between the runs in one row
    foretells the next one's."""
    rows = np.log(np.maximum(pair.ms, _LEAST_MS))
    means = [
        side.counts @ rows / np.maximum(side.counts.sum(axis=1), 1) for side in (pair.before, pair.after)
    ]
    apart = means[1] - means[0]
    apart = apart - apart.mean()
    n: int = len(apart)
    power = float(apart @ apart)
    held = float(apart[1:] @ apart[:-1]) / power if power > 0 else 0.0
    held = min(max(held, 0.0), 0.9)
    rows_wanted = 1.1447 * (4 * held**2 * n / (1 - held**2) ** 2) ** (1 / 3)
    return int(max(1, min(n // 4, max(math.ceil(rows_wanted), math.ceil(SHORTEST_BLOCK / pair.step)))))


def _small_sample(block: int, n: int) -> float:
    """A few blocks look steadier than they are: Kiefer and Vogelsang (A new asymptotic theory for
    heteroskedasticity-autocorrelation robust tests, 2005, table 1) give the 97.5 % bound of Bartlett's kernel as 1.96 +
    2.9694 b + 0.416 b^2 - 0.5324 b^3, with b = block / n."""
    b = block / n
    return (1.96 + 2.9694 * b + 0.416 * b**2 - 0.5324 * b**3) / 1.96


def _weights(n: int, block: int) -> NDArray[np.float32]:
    """By draw, how often each row is in it."""
    chance = np.random.default_rng(SEED)
    starts = chance.integers(0, n, (DRAWS, math.ceil(n / block)))
    rows = ((starts[:, :, None] + np.arange(block)) % n).reshape(DRAWS, -1)[:, :n]
    flat = rows + n * np.arange(DRAWS)[:, None]
    return np.bincount(flat.ravel(), minlength=n * DRAWS).reshape(DRAWS, n).astype(np.float32)


def _interval(name: str, before: float, after: float, change: float, reach: float) -> Interval:
    low, high = change - reach, change + reach
    if name != "errors":
        change, low, high = math.expm1(change), math.expm1(low), math.expm1(high)
    return Interval(float(before), float(after), float(change), float(low), float(high))
