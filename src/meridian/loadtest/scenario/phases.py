"""The phases of a run as stretches in time, at rates that rise and fall evenly."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

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
