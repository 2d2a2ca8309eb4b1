"""What is true now, of the memory of this process: the part of the exposition that is no counter."""

from collections.abc import Iterator, Mapping

from meridian.feature import Control
from meridian.telemetry.cube import Cube
from meridian.telemetry.exposition.families import Family, counters, gauges
from meridian.telemetry.exposition.totals import totals_of
from meridian.telemetry.kinds import EDGE, GAUGE, PEOPLE
from meridian.telemetry.live.ring import live_of

RECENT = 30
"""Seconds in which edges and control have told each of their gauges at least once."""
ACTIVE = 300
"""Seconds in which whoever did something is active."""


def families(control: Control) -> Iterator[Family]:
    yield from counters(totals_of(control).cubes)
    yield from gauges(_latest(control))


def _latest(control: Control) -> Mapping[str, Cube]:
    ring = live_of(control)
    spans = ((EDGE, RECENT), (GAUGE, RECENT), (PEOPLE, ACTIVE))
    return {kind.name: ring.cubes(kind, *ring.bounds(span), by=kind.labels) for kind, span in spans}
