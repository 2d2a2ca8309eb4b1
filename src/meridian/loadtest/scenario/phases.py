"""The phases of a run as stretches in time, at rates that rise and fall evenly, and the count of flows that are due by a moment.

The count is exact and so is its inverse: a phase's rate is linear, its count quadratic.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from meridian.loadtest.scenario.model import PhaseWritten

Shape = Literal["rate", "ramp", "steps", "spike", ""]
SHORTEST_WARM_UP = 5.0
"""Seconds that a warm-up keeps when a run is made shorter: connections are opened and caches filled however short it is."""
LARGEST_WARM_UP = 0.25
"""The share of a run that warming up may have all the same."""


@dataclass(frozen=True, slots=True)
class Phase:
    """start, end: seconds after the start of the run. rates: at the beginning and at the end of each even part of the phase, in
    flows a second; several parts where it has steps."""

    name: str
    start: float
    end: float
    rates: tuple[tuple[float, float], ...]
    shape: Shape
    warm_up: bool

    @property
    def top(self) -> float:
        return max(max(part) for part in self.rates)

    def to_json(self) -> dict[str, Any]:
        """rate: the mean one."""
        mean = sum(one + other for one, other in self.rates) / 2 / len(self.rates)
        told = {"name": self.name, "from": self.start, "to": self.end, "warm_up": self.warm_up}
        return {**told, "rate": mean, "shape": self.shape, "rates": [list(part) for part in self.rates]}


def timed(
    written: Sequence[PhaseWritten], seconds: float | None = None, scale: float = 1.0
) -> tuple[Phase, ...]:
    """seconds: how long the whole is to be; None: as long as it is written. scale: of all rates.

    All phases are stretched alike, but a warm-up that is judged by nobody is never made longer, and not shorter than needed."""
    lengths = _lengths(written, seconds)
    phases, start = [], 0.0
    for phase, length in zip(written, lengths, strict=True):
        rates = tuple((one * scale, other * scale) for one, other in _rates(phase))
        phases.append(Phase(phase.name, start, start + length, rates, phase.shape, phase.warm_up))
        start += length
    if seconds is not None:
        phases[-1] = replace(phases[-1], end=seconds)  # not a rounding error away from it
    return tuple(phases)


def moved(at: float, written: Sequence[PhaseWritten], phases: Sequence[Phase]) -> float:
    """Where a moment of the scenario as written is in the phases as they are timed: at the same part of the same phase."""
    start = 0.0
    for one, phase in zip(written, phases, strict=True):
        if at < start + one.for_ or one is written[-1]:
            return phase.start + (at - start) / one.for_ * (phase.end - phase.start)
        start += one.for_
    return at


def _lengths(written: Sequence[PhaseWritten], seconds: float | None) -> list[float]:
    whole = sum(phase.for_ for phase in written)
    if seconds is None or whole == seconds:
        return [phase.for_ for phase in written]
    warm = sum(phase.for_ for phase in written if phase.warm_up)
    if warm in (0.0, whole):
        return [phase.for_ * seconds / whole for phase in written]
    kept = min(warm, max(warm * seconds / whole, min(SHORTEST_WARM_UP, seconds * LARGEST_WARM_UP)))
    of_warm, of_others = kept / warm, (seconds - kept) / (whole - warm)
    return [phase.for_ * (of_warm if phase.warm_up else of_others) for phase in written]


def _rates(phase: PhaseWritten) -> tuple[tuple[float, float], ...]:
    if phase.from_ is not None and phase.to is not None:
        return ((phase.from_, phase.to),)
    if phase.steps:
        return tuple((rate, rate) for rate in phase.steps)
    rate = phase.spike if phase.spike is not None else phase.rate or 0.0
    return ((rate, rate),)


class Count:
    """How many flows are due by each moment, as a number with fractions; and when so many are."""

    def __init__(self, phases: Sequence[Phase]) -> None:
        parts = list(_parts(phases))
        self._starts = np.array([part[0] for part in parts])
        self._lengths = np.array([part[1] for part in parts])
        self._rates = np.array([part[2] for part in parts])
        ends = np.array([part[3] for part in parts])
        self._slopes = (ends - self._rates) / self._lengths
        counts = (self._rates + ends) / 2 * self._lengths
        self._before = np.concatenate([[0.0], np.cumsum(counts)])
        self.total = float(self._before[-1])

    def by(self, at: float) -> float:
        """at: seconds after the start."""
        part = max(0, int(np.searchsorted(self._starts, at, side="right")) - 1)
        inside = min(max(at - self._starts[part], 0.0), self._lengths[part])
        return float(self._before[part] + inside * (self._rates[part] + self._slopes[part] * inside / 2))

    def when(self, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Seconds after the start at which each count, below `total`, is reached.

        The root of rate * t + slope / 2 * t^2 = count, in the form that loses no digits where the slope is small or the rate
        is zero."""
        part = np.searchsorted(self._before, counts, side="right") - 1
        part = np.minimum(part, len(self._starts) - 1)
        rate, slope = self._rates[part], self._slopes[part]
        missing = counts - self._before[part]
        root = rate + np.sqrt(np.maximum(rate * rate + 2 * slope * missing, 0.0))
        inside = np.divide(2 * missing, root, out=np.zeros_like(missing), where=root > 0)
        moments: NDArray[np.float64] = self._starts[part] + np.minimum(inside, self._lengths[part])
        return moments


def _parts(phases: Sequence[Phase]) -> Iterator[tuple[float, float, float, float]]:
    """Start, length, and the rates at the beginning and the end of each part."""
    for phase in phases:
        length = (phase.end - phase.start) / len(phase.rates)
        for number, (one, other) in enumerate(phase.rates):
            yield phase.start + number * length, length, one, other
