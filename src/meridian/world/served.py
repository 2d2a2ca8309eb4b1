"""What a location of the sample app has served, so that a person or a test can prove where requests went.

Everything is bounded: the counts by the number of different rows, the idempotency keys by their age.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

Row = tuple[str, str, str, str]
"""service, home region, country, method; a part is empty where the edge did not say."""

MOST_ROWS = 20_000
MOST_KEYS = 200_000
OTHER: Row = ("other", "", "", "")


@dataclass(slots=True)
class Served:
    """region: of this location. foreign: requests of users whose home region is another one, by service. totals: requests by
    home region and service, which is what is told each second and so must not be added up from thousands of rows."""

    region: str
    rows: Counter[Row] = field(default_factory=Counter)
    foreign: Counter[str] = field(default_factory=Counter)
    totals: Counter[tuple[str, str]] = field(default_factory=Counter)
    keys: dict[str, int] = field(default_factory=dict)
    doubles: int = 0

    def count(self, row: Row, idempotency_key: str = "") -> None:
        if row not in self.rows and len(self.rows) >= MOST_ROWS:
            row = OTHER
        self.rows[row] += 1
        service, home, _, _ = row
        self.totals[home, service] += 1
        if home and home != self.region:
            self.foreign[service] += 1
        if idempotency_key:
            self._run(f"{service}:{idempotency_key}")

    def _run(self, key: str) -> None:
        times = self.keys.get(key, 0) + 1
        if times > 1:
            self.doubles += 1
        elif len(self.keys) >= MOST_KEYS:
            del self.keys[next(iter(self.keys))]
        self.keys[key] = times

    def summary(self) -> dict[str, Any]:
        """JSON. total: requests; foreign: those of another home region; doubles: runs beyond the first of
        one key."""
        by_service: Counter[str] = Counter()
        by_home: Counter[str] = Counter()
        for (service, home, _, _), count in self.rows.items():
            by_service[service] += count
            by_home[home] += count
        return {
            "total": sum(self.rows.values()),
            "foreign": sum(self.foreign.values()),
            "foreign_by_service": dict(sorted(self.foreign.items())),
            "doubles": self.doubles,
            "doubled_keys": [key for key, times in self.keys.items() if times > 1][:100],
            "by_service": dict(sorted(by_service.items())),
            "by_home": dict(sorted(by_home.items())),
            "rows": [
                {"service": service, "home": home, "country": country, "method": method, "count": count}
                for (service, home, country, method), count in sorted(self.rows.items())
            ],
        }
