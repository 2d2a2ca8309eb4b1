"""What Meridian's numbers are called outside, after Prometheus's rules for names: a prefix, a base unit, `_total` for counters.

One list for Prometheus and for OpenTelemetry. Pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from meridian.telemetry.cube import Cube
from meridian.telemetry.histogram import Histogram, middle
from meridian.telemetry.kinds import ACTION, BUSINESS, EDGE, GAUGE, MARKET, PEOPLE, TRAFFIC
from meridian.telemetry.metrics.catalogue import ANSWERED

PREFIX = "meridian_"
BOUNDS = (5, 10, 25, 50, 100, 150, 200, 350, 400, 500, 800, 1000, 2000, 3000, 5000, 10_000, 30_000, 60_000)
"""Milliseconds: a usual ladder, and the objectives of the Avalo profile, so that a rule can count what is slower."""

DURATION_LABELS = ("region", "location", "feature", "service", "version")

Shape = Literal["counter", "gauge", "histogram"]
Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Buckets:
    """counts: how many were at most each of `BOUNDS`, cumulative. total: in milliseconds."""

    counts: tuple[int, ...]
    n: int
    total: float


@dataclass(frozen=True, slots=True)
class Sample:
    labels: Labels
    value: float = 0.0
    buckets: Buckets | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """name: without `_total`, which is the writer's. unit: as OpenTelemetry (UCUM) writes it."""

    name: str
    shape: Shape
    help: str
    unit: str
    samples: Sequence[Sample]


@dataclass(frozen=True, slots=True)
class Counter:
    name: str
    help: str
    unit: str
    kind: str
    place: int
    labels: tuple[str, ...]


COUNTERS = (
    Counter(
        "requests",
        "Requests of clients, by what answered them.",
        "{request}",
        TRAFFIC.name,
        0,
        TRAFFIC.labels,
    ),
    Counter("request_bytes", "Bytes that clients sent.", "By", TRAFFIC.name, 1, TRAFFIC.labels),
    Counter("response_bytes", "Bytes sent to clients.", "By", TRAFFIC.name, 2, TRAFFIC.labels),
    Counter(
        "market_requests",
        "Requests by the country of the client.",
        "{request}",
        MARKET.name,
        0,
        MARKET.labels,
    ),
    Counter(
        "action_requests",
        "Actions of users; limit is the one that refused them, empty where none did.",
        "{request}",
        ACTION.name,
        0,
        ACTION.labels,
    ),
    Counter(
        "business_events", "Business events that the app told.", "{event}", BUSINESS.name, 0, BUSINESS.labels
    ),
    Counter(
        "business_amount",
        "What business events amount to, in the unit of their type.",
        "1",
        BUSINESS.name,
        1,
        BUSINESS.labels,
    ),
)

WHAT = {
    "location_up": "location",
    "service_up": "service",
    "edge_up": "edge",
    "fraud_alerts_active": "severity",
    "channel_up": "channel",
}
"""What `what` is of a gauge, where it has a better name."""
_EDGE_UNITS = {"bytes": "By", "seconds": "s", "cores": "{cpu}"}


def counters(totals: Mapping[str, Cube]) -> Iterator[Family]:
    """Everything that only rises, and the durations."""
    for each in COUNTERS:
        cube = totals[each.kind].grouped(each.labels)
        places = [cube.kind.place(label) for label in each.labels]
        samples = [
            Sample(
                tuple((name, labels[place]) for name, place in zip(each.labels, places, strict=True)),
                cell.sums[each.place],
            )
            for labels, cell in cube.cells.items()
        ]
        yield Family(PREFIX + each.name, "counter", each.help, each.unit, samples)
    yield _durations(totals[TRAFFIC.name])


def gauges(latest: Mapping[str, Cube]) -> Iterator[Family]:
    """What is so now. latest: cubes of EDGE, GAUGE and PEOPLE over the last seconds or minutes."""
    by_name: dict[str, list[Sample]] = {}
    for (region, edge, name), cell in latest[EDGE.name].cells.items() if EDGE.name in latest else ():
        value = cell.sums[1] / cell.sums[0] if cell.sums[0] else 0.0
        by_name.setdefault(f"edge_{name}", []).append(Sample((("region", region), ("edge", edge)), value))
    for name, samples in sorted(by_name.items()):
        unit = _EDGE_UNITS.get(name.rpartition("_")[2], "1")
        yield Family(
            PREFIX + name,
            "gauge",
            f"What an edge says of itself: {name[5:].replace('_', ' ')}.",
            unit,
            samples,
        )
    by_name = {}
    for (name, region, what), cell in latest[GAUGE.name].cells.items() if GAUGE.name in latest else ():
        value = cell.sums[1] / cell.sums[0] if cell.sums[0] else 0.0
        by_name.setdefault(name, []).append(
            Sample((("region", region), (WHAT.get(name, "what"), what)), value)
        )
    for name, samples in sorted(by_name.items()):
        yield Family(
            PREFIX + name, "gauge", f"What control observes: {name.replace('_', ' ')}.", "1", samples
        )
    people = latest.get(PEOPLE.name)
    if people is not None:
        found = [
            Sample((("region", region), ("who", who)), round(cell.distinct.estimate()))
            for (region, who), cell in people.cells.items()
            if cell.distinct is not None
        ]
        yield Family(
            PREFIX + "active_people",
            "gauge",
            "Different users, paying users and client addresses lately.",
            "{person}",
            found,
        )


def buckets(histogram: Histogram) -> Buckets:
    """Of its buckets' middles."""
    counts = [0] * len(BOUNDS)
    total = 0.0
    for place, n in histogram.counts.items():
        value = middle(place)
        total += value * n
        for index in range(len(BOUNDS) - 1, -1, -1):
            if value > BOUNDS[index]:
                break
            counts[index] += n
    return Buckets(tuple(counts), histogram.total, total)


def _durations(cube: Cube) -> Family:
    labels = DURATION_LABELS
    cube = cube.grouped(TRAFFIC.labels, {"status": ANSWERED})
    samples = [
        Sample(
            tuple((label, key[cube.kind.place(label)]) for label in labels), buckets=buckets(cell.histogram)
        )
        for key, cell in cube.grouped(labels).cells.items()
        if cell.histogram is not None
    ]
    return Family(
        PREFIX + "request_duration_seconds",
        "histogram",
        "Time until the end of the answer, at the edge; refusals (429) and clients that went away left out.",
        "s",
        samples,
    )
