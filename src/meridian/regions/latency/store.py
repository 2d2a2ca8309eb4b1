"""What clients measured, in PostgreSQL: counts a minute, kept for the window and no longer. Methods raise Unavailable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from meridian.regions.latency.histogram import Measured, bin_of, by_place
from meridian.regions.latency.judge import NEAREST
from meridian.regions.policy import Preferences

if TYPE_CHECKING:
    from meridian.store.database import Database

MOST_NETWORK_ROWS = 200_000
"""Rows kept of single networks (about 20 MB); beyond that the oldest go first."""


@dataclass(frozen=True, slots=True)
class Sample:
    """ms: milliseconds of one round trip from a client to a region's edge."""

    region: str
    ms: float


@dataclass(frozen=True, slots=True)
class Measurements:
    database: Database

    async def add(self, samples: Sequence[Sample], country: str, network: str, now: datetime) -> None:
        """country and network: of the client; what is empty is not counted for."""
        minute = now.replace(second=0, microsecond=0)
        # In one order everywhere, so that two writers never wait for each other in a circle.
        counts = sorted(Counter((sample.region, bin_of(sample.ms)) for sample in samples).items())
        async with self.database.connection() as connection, connection.cursor() as cursor:
            if country:
                await cursor.executemany(
                    "INSERT INTO latency_country (minute, country, region, bin, samples) VALUES (%s, %s, %s, %s, %s) "
                    "ON CONFLICT (minute, country, region, bin) "
                    "DO UPDATE SET samples = latency_country.samples + excluded.samples",
                    [(minute, country, region, number, count) for (region, number), count in counts],
                )
            if network:
                await cursor.executemany(
                    "INSERT INTO latency_network (minute, network, region, bin, samples) VALUES (%s, %s, %s, %s, %s) "
                    "ON CONFLICT (network, minute, region, bin) "
                    "DO UPDATE SET samples = latency_network.samples + excluded.samples",
                    [(minute, network, region, number, count) for (region, number), count in counts],
                )

    async def countries(self, since: datetime) -> Mapping[str, Mapping[str, Measured]]:
        """country -> region -> what was measured since then."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT country, region, bin, sum(samples)::bigint AS samples FROM latency_country "
                "WHERE minute >= %s GROUP BY country, region, bin",
                (since,),
            )
            rows = await cursor.fetchall()
        return by_place((row["country"], row["region"], row["bin"], row["samples"]) for row in rows)

    async def network(self, network: str, since: datetime) -> Mapping[str, Measured]:
        """region -> what was measured from one network since then."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT region, bin, samples FROM latency_network WHERE network = %s AND minute >= %s",
                (network, since),
            )
            rows = await cursor.fetchall()
        return by_place((network, row["region"], row["bin"], row["samples"]) for row in rows).get(network, {})

    async def prune(self, before: datetime, most: int = MOST_NETWORK_ROWS) -> None:
        """Forgets what is older than `before`, and of single networks all but the newest `most` rows."""
        async with self.database.connection() as connection:
            await connection.execute(
                "DELETE FROM latency_country WHERE minute < %s", (before - timedelta(minutes=1),)
            )
            await connection.execute(
                "DELETE FROM latency_network WHERE minute < %s", (before - timedelta(minutes=1),)
            )
            await connection.execute(
                "DELETE FROM latency_network WHERE minute <= "
                "(SELECT minute FROM latency_network ORDER BY minute DESC OFFSET %s LIMIT 1)",
                (most,),
            )

    async def preferences(self) -> Preferences:
        """As last decided."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT scope, country, region FROM latency_preference ORDER BY 1, 2"
            )
            rows = await cursor.fetchall()
        nearest = {row["country"]: row["region"] for row in rows if row["scope"] == NEAREST}
        optimal: dict[str, dict[str, str]] = {}
        for row in rows:
            if row["scope"] != NEAREST:
                optimal.setdefault(row["scope"], {})[row["country"]] = row["region"]
        return Preferences(nearest, optimal)

    async def prefer(self, scope: str, country: str, region: str, now: datetime) -> None:
        """region: empty to go back to the usual one."""
        async with self.database.connection() as connection:
            if not region:
                await connection.execute(
                    "DELETE FROM latency_preference WHERE scope = %s AND country = %s", (scope, country)
                )
                return
            await connection.execute(
                "INSERT INTO latency_preference (scope, country, region, decided_at) VALUES (%s, %s, %s, %s) "
                "ON CONFLICT (scope, country) DO UPDATE SET region = excluded.region, decided_at = excluded.decided_at",
                (scope, country, region, now),
            )
