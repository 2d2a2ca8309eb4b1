"""Takes what edges' folds made of their logs, and gives it to the features: each record once, whatever fails in between.

An id is remembered in the transaction in which its feature stores the record. So a batch that is sent again, by an edge
that did not hear the answer, changes nothing, and one whose feature failed leaves no trace.
"""

import json
import logging
import uuid
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg

from meridian.core.clock import Clock
from meridian.core.errors import InvalidInput, Unavailable
from meridian.feature import Delivery, Feature, Record

if TYPE_CHECKING:
    from meridian.api.control import ControlPlane

log = logging.getLogger(__name__)
UNPACKED = 8 * 1024 * 1024
"""Bytes that a batch may unpack to."""
MOST = 10_000
"""Records in a batch."""
KEPT = timedelta(days=2)
"""For so long a record that was stored is known again. Older ones are refused."""
_TIDY_EVERY = 600.0


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that will never be taken, and why."""

    id: str
    reason: str


@dataclass(slots=True)
class Received:
    """stored: how many are new. known: how many were stored before."""

    stored: int = 0
    known: int = 0
    refused: list[Refused] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Batch:
    """records: feature -> its records."""

    instance: str
    records: dict[str, list[Record]]


def unpacked(body: bytes, packed: bool) -> Batch:
    """Raises InvalidInput when it is no batch."""
    try:
        raw = json.loads(_inflated(body) if packed else body)
        instance, records = str(raw["instance"]), list(raw["records"])
        found: dict[str, list[Record]] = {}
        for each in records:
            found.setdefault(str(each["feature"]), []).append(Record(_id(each["id"]), each["content"]))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError, zlib.error) as error:
        raise InvalidInput(f"this is no batch of records: {str(error)[:200]}") from None
    if len(records) > MOST or len(instance) > 100:
        raise InvalidInput(f"a batch has at most {MOST} records, and an edge's name at most 100 characters")
    return Batch(instance, found)


class Receiving:
    def __init__(self, control: "ControlPlane", features: Sequence[Feature], clock: Clock) -> None:
        self._control = control
        self._features = {feature.name: feature for feature in features}
        self._clock = clock
        self._tidied = float("-inf")

    async def receive(self, region: str, batch: Batch) -> Received:
        """Raises Unavailable when some could not be stored now; what was stored by then is known the next time."""
        if why := self._control.starting():
            raise Unavailable(f"control does not take records yet: {why}", "send them again")
        result = Received()
        oldest = self._clock.now() - KEPT
        for name, records in batch.records.items():
            feature = self._features.get(name)
            if feature is None:
                result.refused += [Refused(each.id, f"no feature is called {name[:100]}") for each in records]
                continue
            timely = []
            for each in records:
                if _made(each.id) < oldest:
                    result.refused.append(Refused(each.id, f"it is older than {KEPT.days} days"))
                else:
                    timely.append(each)
            await self._deliver(feature, region, batch.instance, timely, result)
        await self._tidy()
        return result

    async def _deliver(
        self, feature: Feature, region: str, instance: str, records: Sequence[Record], result: Received
    ) -> None:
        """All in one transaction; where the feature does not take that, one after the other, so that a bad one does not keep
        the others out."""
        if not records:
            return
        try:
            fresh = await self._stored(feature, region, instance, records)
        except Unavailable:
            raise
        except psycopg.OperationalError as error:
            raise Unavailable(f"PostgreSQL did not store the records: {type(error).__name__}") from error
        except Exception as error:  # noqa: BLE001 - whatever one record causes, the others must arrive
            if len(records) == 1:
                reason = " ".join(f"{type(error).__name__}: {error}".split())[:300]
                log.warning("%s does not take a record of the edge in %s: %s", feature.name, region, reason)
                result.refused.append(Refused(records[0].id, reason))
                return
            for each in records:
                await self._deliver(feature, region, instance, [each], result)
            return
        result.stored += fresh
        result.known += len(records) - fresh

    async def _stored(self, feature: Feature, region: str, instance: str, records: Sequence[Record]) -> int:
        """How many of them are new."""
        ids = list({each.id for each in records})
        async with self._control.database.connection() as connection:
            cursor = await connection.execute(
                "INSERT INTO edge_records (id, received_at) SELECT unnest(%s::uuid[]), %s "
                "ON CONFLICT (id) DO NOTHING RETURNING id::text",
                (sorted(ids), self._clock.now()),
            )
            fresh = {row["id"] for row in await cursor.fetchall()}
            new = list({each.id: each for each in records if each.id in fresh}.values())
            if new:
                await feature.receive(self._control, Delivery(region, instance, new, connection))
        return len(new)

    async def _tidy(self) -> None:
        now = self._clock.monotonic()
        if now - self._tidied < _TIDY_EVERY:
            return
        self._tidied = now
        async with self._control.database.connection() as connection:
            await connection.execute(
                "DELETE FROM edge_records WHERE received_at < %s", (self._clock.now() - KEPT,)
            )


def _inflated(body: bytes) -> bytes:
    """Raises ValueError or zlib.error."""
    reader = zlib.decompressobj(wbits=31)
    content = reader.decompress(body, UNPACKED)
    if reader.unconsumed_tail or not reader.eof:
        raise ValueError(f"it is not gzip, or unpacks to more than {UNPACKED} bytes")
    return content


def _id(raw: Any) -> str:
    """Raises ValueError unless it is a UUID of version 7."""
    found = uuid.UUID(str(raw))
    if found.version != 7:
        raise ValueError("an id is not a UUID of version 7")
    return str(found)


def _made(id: str) -> datetime:
    """When the edge gave the id."""
    milliseconds = uuid.UUID(id).int >> 80
    return datetime.fromtimestamp(min(milliseconds, 32_503_680_000_000) / 1000, UTC)
