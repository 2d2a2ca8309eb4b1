"""Where the levels stand, in PostgreSQL. Methods raise Unavailable when it is away; edges then keep the level they have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from meridian.degradation.state import Standing

if TYPE_CHECKING:
    from meridian.store.database import Database


@dataclass(frozen=True, slots=True)
class Levels:
    database: Database

    async def all(self) -> Mapping[str, Standing]:
        """By region (EVERYWHERE among them), those that were ever changed."""
        async with self.database.connection() as connection:
            cursor = await connection.execute("SELECT * FROM degradation_level ORDER BY region")
            return {row["region"]: _standing(row) for row in await cursor.fetchall()}

    async def put(self, standing: Standing) -> None:
        async with self.database.connection() as connection:
            await connection.execute(
                "INSERT INTO degradation_level (region, automatic, manual, changed_at, told_at, since, why, entered_by) "
                "VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (region) DO UPDATE SET "
                "automatic = excluded.automatic, manual = excluded.manual, changed_at = excluded.changed_at, "
                "told_at = excluded.told_at, since = excluded.since, why = excluded.why, entered_by = excluded.entered_by",
                (
                    standing.region,
                    standing.automatic,
                    standing.manual,
                    standing.changed_at,
                    standing.told_at,
                    standing.since,
                    standing.why,
                    standing.by,
                ),
            )


def _standing(row: Mapping[str, Any]) -> Standing:
    return Standing(
        row["region"],
        row["automatic"],
        row["manual"],
        row["changed_at"],
        row["told_at"],
        row["since"],
        row["why"],
        row["entered_by"],
    )
