"""What edges delivered since this process began, as counters that only rise.

Each record counts in the process of control that took it, once; so the sum over all processes is what happened, also where
an edge delivered late. A restart begins at zero, as counters of Prometheus and OpenTelemetry may.
"""

from collections.abc import Mapping

from meridian.core.clock import Clock
from meridian.feature import Control
from meridian.telemetry.cube import Cube, merge_into
from meridian.telemetry.kinds import ACTION, BUSINESS, MARKET, OTHER, TRAFFIC

COUNTED = (TRAFFIC, MARKET, ACTION, BUSINESS)
SPREAD = 3
"""Times `Kind.most` that is kept apart of a kind; what appears later counts as "other"."""


class Totals:
    """started: seconds since 1970 at which everything was zero."""

    def __init__(self, clock: Clock) -> None:
        self.started = clock.now().timestamp()
        self.cubes = {kind.name: Cube(kind) for kind in COUNTED}

    def add(self, windows: Mapping[int, Mapping[str, Cube]]) -> None:
        for cubes in windows.values():
            for name, cube in cubes.items():
                if name in self.cubes:
                    self._add(self.cubes[name], cube)

    def _add(self, mine: Cube, cube: Cube) -> None:
        rest = (OTHER,) * len(cube.kind.labels)
        for labels, cell in cube.cells.items():
            known = labels in mine.cells or len(mine.cells) < SPREAD * cube.kind.most
            merge_into(cube.kind, mine.cell(labels if known else rest), cell)


def totals_of(control: Control) -> Totals:
    """This process's."""
    return control.shared(Totals, lambda: Totals(control.clock))
