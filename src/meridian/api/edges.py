"""What edges reported last, in memory: it is seconds old or worthless, so it is not stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from meridian.core.clock import Clock
from meridian.envoy.report import EdgeReport

FRESH = 10.0
FORGOTTEN = 900.0
MOST_INSTANCES = 256


@dataclass(frozen=True, slots=True)
class Heard:
    """A report, and when it came (monotonic seconds)."""

    report: EdgeReport
    at: float


@dataclass(slots=True)
class Edges:
    clock: Clock
    _heard: dict[tuple[str, str], Heard] = field(default_factory=dict)

    def hear(self, report: EdgeReport) -> None:
        now = self.clock.monotonic()
        self._heard.pop((report.region, report.instance), None)
        self._heard[(report.region, report.instance)] = Heard(report, now)
        stale = [key for key, heard in self._heard.items() if now - heard.at > FORGOTTEN]
        surplus = list(self._heard)[: max(0, len(self._heard) - MOST_INSTANCES)]
        for key in {*stale, *surplus}:
            del self._heard[key]

    def fresh(self) -> Mapping[str, Sequence[EdgeReport]]:
        """Region -> the last report of each of its edges that reported within 10 seconds."""
        now = self.clock.monotonic()
        found: dict[str, list[EdgeReport]] = {}
        for (region, _), heard in sorted(self._heard.items()):
            if now - heard.at <= FRESH:
                found.setdefault(region, []).append(heard.report)
        return found

    def ages(self) -> Mapping[str, Sequence[tuple[EdgeReport, float]]]:
        """Region -> each of its edges' last report with its age in seconds, silent edges included."""
        now = self.clock.monotonic()
        found: dict[str, list[tuple[EdgeReport, float]]] = {}
        for (region, _), heard in sorted(self._heard.items()):
            found.setdefault(region, []).append((heard.report, now - heard.at))
        return found
