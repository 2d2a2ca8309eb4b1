"""What is the case right now, as the dashboard and whoever asks for live metrics see it: all numbers from memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from meridian.config.schema.root import Config
from meridian.telemetry.cube import Cube
from meridian.telemetry.events.states import NOTHING, Standing
from meridian.telemetry.health import Reports, ServiceHealth, Status, judged, services
from meridian.telemetry.kinds import MARKET
from meridian.telemetry.live.ring import SETTLE
from meridian.telemetry.metrics.query import Group, Query, Value
from meridian.telemetry.metrics.reading import Reading

Json = dict[str, Any]

QUICK = 5.0
"""Seconds that requests per second are taken over: short, so that what happens shows at once."""
STEADY = 30.0
"""Seconds that shares and percentiles are taken over: long enough to be made from many requests."""
PEOPLE = 300.0
OLDEST = 5.0
SLACK = 0.3
"""Seconds by which a look each second may come early or late."""
MINUTE = 60.0
FLOWING = 8.0
"""Seconds that flows are taken over: where traffic goes now, soon after a location is lost."""
MOST_FLOWS = 300
_ORDER: tuple[Status, ...] = ("down", "degraded", "unknown", "healthy")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a view is made from, besides the metrics. business: None while nobody knows. degradation: {"level", "name"}."""

    config: Config
    reports: Reports
    business: Standing | None
    degradation: Json


@dataclass(frozen=True, slots=True)
class Place:
    """Health of one region. services: of its own locations."""

    status: Status
    sentence: str
    services: tuple[ServiceHealth, ...]


class Remembered:
    """What was read before, for whoever asks each second: what is taken over half a minute hardly moves in one second, and is
    read anew after a 15th of its time, or 5 s if that is less. What is taken over a few seconds is read each time."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, tuple[str, ...]], tuple[float, Mapping[Group, Value]]] = {}

    def read(
        self, query: Query, now: float, read: Callable[[], Mapping[Group, Value]]
    ) -> Mapping[Group, Value]:
        """now: monotonic seconds. Queries without filters."""
        key = (query.metric, query.by)
        found = self._found.get(key)
        if found is None or now - found[0] >= min(query.over / 15, OLDEST) - SLACK:
            found = self._found[key] = (now, read())
        return found[1]


class View:
    """Reads the numbers of one moment: what is taken over the same time ends in the same second, however long the reading takes,
    so that the whole and its parts add up. remembered: what may be a little older (see there)."""

    def __init__(
        self, reading: Reading, seen: Seen, at: datetime, remembered: Remembered | None = None
    ) -> None:
        self._reading = reading
        self._remembered = remembered or Remembered()
        self._seen = seen
        self.at = at
        self._second, self._age = reading.ring.second, reading.ring.age()
        self._heard = bool(reading.ring.heard())
        self._places = {region: _place(seen, region) for region in seen.config.regions}

    def headline(self) -> Json:
        """Requests per second, failures and latency, of everything together."""
        return {
            "rps": _of(self._ask("requests_per_second", QUICK)),
            "error_rate": _of(self._ask("error_rate", STEADY)),
            "p95": _of(self._ask("latency_p95", STEADY)),
        }

    def live(self) -> Json:
        business, degradation = self._seen.business, self._seen.degradation
        status, sentence = self._system()
        return {
            "at": self.at.isoformat(),
            "active_users": self._users(self._ask("active_users", PEOPLE)),
            "paying_users": self._users(self._ask("paying_users", PEOPLE)),
            "tokens": {
                "earned": self._tokens("tokens_earned"),
                "spent": self._tokens("tokens_spent"),
                "net": self._tokens("tokens_net"),
                "transactions": self._tokens("token_transactions"),
            },
            **(standing(business) if business else UNKNOWN),
            "system": {"status": status, "sentence": sentence},
            "services": self._services(),
            "regions": self.regions(),
            **self.headline(),
            "degradation": degradation,
        }

    def regions(self) -> list[Json]:
        rps, errors = (
            self._by("requests_per_second", QUICK, "region"),
            self._by("error_rate", STEADY, "region"),
        )
        p95, people = self._by("latency_p95", STEADY, "region"), self._by("active_users", PEOPLE, "region")
        return [
            {
                "region": region,
                "status": place.status,
                "sentence": place.sentence,
                "rps": self._rate(rps.get(region)),
                "error_rate": _of(errors.get(region)),
                "p95": _of(p95.get(region)),
                "active_users": self._users(people.get(region)),
            }
            for region, place in self._places.items()
        ]

    def locations(self) -> list[Json]:
        """For the map. region: of which it is one; home: whether it is its home location."""
        config = self._seen.config
        rps = self._by("requests_per_second", QUICK, "location")
        errors, p95 = self._by("error_rate", STEADY, "location"), self._by("latency_p95", STEADY, "location")
        regions = {place: name for name, each in reversed(config.regions.items()) for place in each.locations}
        return [
            {
                "name": name,
                "place": location.place,
                "latitude": location.latitude,
                "longitude": location.longitude,
                "region": (region := regions.get(name, "")),
                "home": bool(region) and config.regions[region].locations[0] == name,
                "status": self._status(name, region),
                "rps": self._rate(rps.get(name)),
                "p95": _of(p95.get(name)),
                "error_rate": _of(errors.get(name)),
            }
            for name, location in config.locations.items()
        ]

    def flows(self) -> list[Json]:
        """Where each country's traffic goes, the largest first."""
        ring = self._reading.ring
        since, until = ring.bounds(FLOWING)
        cube = ring.cubes(MARKET, since, until, ("country", "region", "location", "outcome"))
        return flows_of(cube, ring.covered(since, until))

    def _services(self) -> list[Json]:
        found: dict[str, list[ServiceHealth]] = {name: [] for name in self._seen.config.services}
        for place in self._places.values():
            for each in place.services:
                found[each.service].append(each)
        return [
            {
                "service": name,
                "status": _together(each),
                "locations": [
                    {"location": one.location, "healthy": one.healthy, "total": one.total} for one in each
                ],
            }
            for name, each in found.items()
        ]

    def _system(self) -> tuple[Status, str]:
        """As the worst region is."""
        places = list(self._places.values())
        worst = min(places, key=lambda place: _ORDER.index(place.status))
        if worst.status == "healthy":
            return "healthy", f"all {len(places)} regions are healthy"
        return worst.status, worst.sentence

    def _status(self, location: str, region: str) -> Status:
        place = self._places.get(region)
        return _together([each for each in place.services if each.location == location] if place else [])

    def _ask(self, metric: str, over: float) -> Value | None:
        return self._latest(Query(metric, over=over)).get(())

    def _by(self, metric: str, over: float, label: str) -> Mapping[str, Value]:
        found = self._latest(Query(metric, by=(label,), over=over))
        return {group[0]: value for group, value in found.items()}

    def _latest(self, query: Query) -> Mapping[Group, Value]:
        until = self._until(query.over)
        return self._remembered.read(query, self._age, lambda: self._reading.latest(query, until))

    def _until(self, over: float) -> float:
        """What is taken over a few seconds goes up to now, so that it shows at once, though the last second may be told late."""
        return self._second if over <= QUICK else self._second - SETTLE

    def _rate(self, value: Value | None) -> float | None:
        """Of something that is counted: not known while no edge tells anything."""
        return (_of(value) or 0.0) if self._heard else None

    def _users(self, value: Value | None) -> int | None:
        return _count(value) if self._heard else None

    def _tokens(self, metric: str) -> float | None:
        return (_of(self._ask(metric, MINUTE)) or 0.0) if self._seen.business else None


def standing(business: Standing) -> Json:
    """Where the business stands, as live metrics name it."""
    return {
        "fraud_alerts": {
            "active": business.fraud_alerts,
            "critical": business.fraud_active.get("critical", 0),
            "resolved_today": business.fraud_resolved_today,
        },
        "payouts": {
            "pending": business.payouts_pending,
            "processing": business.payouts_processing,
            "failed": business.payouts_failed,
            "amount": business.amount,
            "currency": business.currency,
        },
        "support": {
            "open": business.tickets_open,
            "urgent": business.tickets_urgent,
            "mean_response_time": business.response_time,
        },
        "panic": {"last_24h": business.panics_day, "active": business.panics_active},
    }


UNKNOWN: Json = {
    part: {name: "" if name == "currency" else None for name in numbers}
    for part, numbers in standing(NOTHING).items()
}
"""The same while nobody knows."""


def flows_of(cube: Cube, seconds: float) -> list[Json]:
    """cube: MARKET, by all of its labels."""
    found: dict[tuple[str, str, str], dict[str, float]] = {}
    for (country, region, location, outcome), cell in cube.cells.items():
        place = found.setdefault((country, region, location), {})
        place[outcome] = place.get(outcome, 0.0) + cell.sums[0]
    ordered = sorted(found.items(), key=lambda each: (-sum(each[1].values()), each[0]))
    return [
        {
            "country": country,
            "region": region,
            "location": location,
            "rps": (total := sum(outcomes.values())) / seconds,
            "failed_share": outcomes.get("failed", 0.0) / total,
            "refused_share": outcomes.get("refused", 0.0) / total,
        }
        for (country, region, location), outcomes in ordered[:MOST_FLOWS]
        if sum(outcomes.values())
    ]


def _place(seen: Seen, region: str) -> Place:
    heard = seen.reports.get(region, ())
    found = services(seen.config, heard, region)
    status, sentence = judged(region, heard, found)
    return Place(status, sentence, found)


def _together(each: list[ServiceHealth]) -> Status:
    """Of several services, or of one in several locations."""
    if not each:
        return "unknown"
    if not any(one.up for one in each):
        return "down"
    return "healthy" if all(one.healthy == one.total for one in each) else "degraded"


def _of(value: Value | None) -> float | None:
    return None if value is None else round(value.value, 6)


def _count(value: Value | None) -> int:
    return 0 if value is None else round(value.value)
