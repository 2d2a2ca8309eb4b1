"""What edges' reports come to, as gauges: which locations, services, regions and edges are up. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from meridian.config.schema.root import Config
from meridian.telemetry.cube import Cube
from meridian.telemetry.health import Reports, judged, services
from meridian.telemetry.kinds import GAUGE

FORGOTTEN = 900.0
"""Seconds after which an edge that does not report any more counts as taken away, not as down."""

Edge = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Seen:
    """Edge (region, instance) -> when it reported last, in monotonic seconds."""

    edges: Mapping[Edge, float]

    def after(self, reports: Reports, monotonic: float) -> "Seen":
        now = {(region, each.instance): monotonic for region, several in reports.items() for each in several}
        before = {edge: at for edge, at in self.edges.items() if monotonic - at < FORGOTTEN}
        return Seen({**before, **now})


NONE_SEEN = Seen({})


def gauges(config: Config, reports: Reports, seen: Seen, settled: bool) -> Cube:
    """settled: control has run long enough for every edge to have reported; until then a region that says nothing is not down. A
    location about which no edge of its region says anything is neither up nor down."""
    cube = Cube(GAUGE)
    for name, region, what, value in (*_regions(config, reports, settled), *_edges(reports, seen)):
        cube.add((name, region, what), 1.0, value, value)
    return cube


def _regions(config: Config, reports: Reports, settled: bool) -> Iterator[tuple[str, str, str, float]]:
    for region in config.regions:
        heard = reports.get(region, ())
        found = services(config, heard, region)
        status, _ = judged(region, heard, found)
        if status != "unknown" or settled:
            yield "region_up", region, "", float(status in ("healthy", "degraded"))
        locations: dict[str, bool] = {}
        for each in found:
            yield "service_up", region, f"{each.service}@{each.location}", float(each.up)
            locations[each.location] = locations.get(each.location, False) or each.up
        for location, up in locations.items():
            yield "location_up", region, location, float(up)


def _edges(reports: Reports, seen: Seen) -> Iterable[tuple[str, str, str, float]]:
    live = {
        (region, each.instance)
        for region, several in reports.items()
        for each in several
        if each.envoy == "live"
    }
    return [("edge_up", *edge, float(edge in live)) for edge in sorted({*seen.edges, *live})]
