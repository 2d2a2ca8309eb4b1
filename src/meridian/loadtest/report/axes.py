"""Where a value stands on an axis, and which values are written beside it."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

_STEPS_OF_TIME = (
    1,
    2,
    5,
    10,
    15,
    20,
    30,
    60,
    120,
    300,
    600,
    900,
    1800,
    3600,
    7200,
    10800,
    21600,
    43200,
    86400,
)

ROOM = 22
"""Pixels that a label takes from top to bottom, with some air."""


class Tick(NamedTuple):
    """minor: may be left out where the picture is narrow."""

    value: float
    label: str
    minor: bool = False


class Scale(Protocol):
    def place(self, value: float) -> float:
        """From 0 at the low end to 1 at the high one; never outside."""


@dataclass(frozen=True, slots=True)
class Linear:
    low: float
    high: float

    def place(self, value: float) -> float:
        return _within((value - self.low) / (self.high - self.low)) if self.high > self.low else 0.0

    def ticks(self, label: Callable[[float], str], about: int = 5) -> list[Tick]:
        """Round values, about so many."""
        step = _round_step((self.high - self.low) / about)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [Tick(n * step, label(n * step)) for n in range(first, last + 1)]


@dataclass(frozen=True, slots=True)
class Log:
    """low, high: above 0."""

    low: float
    high: float

    def place(self, value: float) -> float:
        if value <= self.low or self.high <= self.low:
            return 0.0
        return _within(math.log(value / self.low) / math.log(self.high / self.low))

    def ticks(self, label: Callable[[float], str], height: int) -> list[Tick]:
        """Powers of ten, and 2 and 5 times them where so many pixels have room for them."""
        decades = math.log10(self.high / self.low) if self.high > self.low else 0
        within = (1, 2, 5) if height >= ROOM * 3 * decades else (1,)
        powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        values = [times * 10.0**power for power in powers for times in within]
        return [
            Tick(value, label(value))
            for value in values
            if self.low * (1 - 1e-9) <= value <= self.high * (1 + 1e-9)
        ]


def linear(values: Iterable[float | None], least: float = 1.0) -> Linear:
    """From 0 to a little above the greatest value."""
    top = max((value for value in values if value is not None), default=0.0)
    return Linear(0.0, max(top * 1.08, least))


def log(values: Iterable[float | None]) -> Log:
    """From the round value below the least to the one above the greatest; one decade where there is nothing."""
    known = [value for value in values if value is not None and value > 0]
    if not known:
        return Log(1.0, 10.0)
    low, high = _rounded(min(known), up=False), _rounded(max(known), up=True)
    return Log(low, high if high > low else low * 10)


def time_ticks(end: float, label: Callable[[float], str], about: int = 10) -> list[Tick]:
    """Round times from 0 to `end`; every second one is minor."""
    step = next((step for step in _STEPS_OF_TIME if end / step <= about), 86400)
    return [Tick(n * step, label(n * step), minor=n % 2 == 1) for n in range(int(end / step) + 1)]


def thinned(
    values: Sequence[float] | Sequence[float | None], most: int, fold: Callable[[Sequence[float]], float]
) -> list[float | None]:
    """At most `most` values: each folded from as many neighbours as it takes; None where none of them is known."""
    stride = max(1, math.ceil(len(values) / most))
    if stride == 1:
        return list(values)
    groups = (
        [value for value in values[start : start + stride] if value is not None]
        for start in range(0, len(values), stride)
    )
    return [fold(group) if group else None for group in groups]


def _within(place: float) -> float:
    return min(1.0, max(0.0, place))


def _round_step(rough: float) -> float:
    if rough <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    return next(times * power for times in (1, 2, 2.5, 5, 10) if times * power >= rough * (1 - 1e-9))


def _rounded(value: float, up: bool) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    steps = [times * power for times in (1.0, 2.0, 5.0, 10.0)]
    if up:
        return next(step for step in steps if step >= value * (1 - 1e-9))
    return next(step for step in reversed(steps) if step <= value * (1 + 1e-9))
