"""Which number stands for what a label says.

A word becomes known in a transaction of its own, before any block has its number: what is rolled back later leaves a word that is
not used yet, and nothing worse.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from meridian.core.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from meridian.store.database import Database

_NEW = (
    "INSERT INTO telemetry_word (word) SELECT each FROM unnest(%s::text[]) each "
    "WHERE NOT EXISTS (SELECT FROM telemetry_word WHERE word = each) ON CONFLICT DO NOTHING"
)


@dataclass(slots=True)
class Words:
    database: Database
    _ids: dict[str, int] = field(default_factory=dict)
    _words: dict[int, str] = field(default_factory=dict)

    async def ids(self, words: Collection[str]) -> Mapping[str, int]:
        """word -> number, of these words at least; new ones get one. Raises Unavailable."""
        if not all(word in self._ids for word in words):
            await self._read()
        missing = sorted({word for word in words if word not in self._ids})
        if missing:
            async with self.database.connection() as connection:
                await connection.execute(_NEW, (missing,))
            await self._read()
        return self._ids

    async def find(self, words: Collection[str]) -> list[int]:
        """The numbers of those that have one. Raises Unavailable."""
        if not all(word in self._ids for word in words):
            await self._read()
        return [self._ids[word] for word in words if word in self._ids]

    async def learn(self, numbers: Collection[int]) -> None:
        """What these stand for, when another process brought them up. Raises Unavailable."""
        if not all(number in self._words for number in numbers):
            await self._read()

    def word(self, number: int) -> str:
        """Raises Unavailable for a number that nobody knows."""
        if number not in self._words:
            raise Unavailable(
                f"history has a label {number} that the table telemetry_word lacks",
                "restore the whole database from one backup",
            )
        return self._words[number]

    async def _read(self) -> None:
        async with self.database.connection() as connection:
            cursor = await connection.execute("SELECT id, word FROM telemetry_word")
            for row in await cursor.fetchall():
                self._ids[row["word"]] = row["id"]
                self._words[row["id"]] = row["word"]
