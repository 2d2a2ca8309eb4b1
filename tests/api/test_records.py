"""Records of edges: each stored once by its feature, whatever is sent, and however often."""

import asyncio
import dataclasses
import gzip
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from meridian.api.receiving import UNPACKED
from meridian.core.ids import new_id
from meridian.feature import Control, Delivery, Feature
from tests.api.conftest import started, until
from tests.api.world import EU, OPS, US, Sample, World, bearer

RECORDS = "/edge/v1/EU/records"


class Counting(Sample):
    """Adds up numbers in a table of its own, and refuses what is none."""

    def feature(self) -> Feature:
        return dataclasses.replace(super().feature(), receive=self.receive)

    async def receive(self, control: Control, delivery: Delivery) -> None:
        for record in delivery.records:
            await delivery.connection.execute(
                "INSERT INTO sums (instance, total) VALUES (%s, %s) "
                "ON CONFLICT (instance) DO UPDATE SET total = sums.total + excluded.total",
                (f"{delivery.region}/{delivery.instance}", record.content["n"]),
            )


@pytest_asyncio.fixture
async def counting(tmp_path: Path, postgres_url: str) -> AsyncIterator[World]:
    async with started(tmp_path / "home", postgres_url, Counting()) as world:
        await until(lambda: not world.control.trouble())
        async with world.control.database.connection() as connection:
            await connection.execute("CREATE TABLE sums (instance text PRIMARY KEY, total bigint)")
        yield world


def record(n: Any, feature: str = "sample", at: datetime | None = None) -> dict[str, Any]:
    return {"id": new_id(at or datetime.now(UTC)), "feature": feature, "content": {"n": n}}


async def send(world: World, *records: Any, token: str = EU, packed: bool = True) -> Any:
    body = json.dumps({"instance": "EU-1", "records": records}).encode()
    headers = bearer(token) | {"content-type": "application/json"}
    if packed:
        body, headers["content-encoding"] = gzip.compress(body), "gzip"
    return await world.client.post(RECORDS, content=body, headers=headers)


async def total(world: World) -> int:
    async with world.control.database.connection() as connection:
        cursor = await connection.execute("SELECT coalesce(sum(total), 0)::int AS total FROM sums")
        row = await cursor.fetchone()
    assert row
    return int(row["total"])


async def test_records_are_stored_once_however_often_they_come(counting: World) -> None:
    one, two, three = record(1), record(10), record(100)
    assert (await send(counting, one, two)).json() == {"stored": 2, "known": 0, "refused": []}
    assert (await send(counting, one, two, packed=False)).json() == {"stored": 0, "known": 2, "refused": []}
    assert (await send(counting, two, three, three)).json()["stored"] == 1
    answers = await asyncio.gather(*(send(counting, one, two, three, record(1000)) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert await total(counting) == 5111


async def test_while_control_starts_they_are_to_be_sent_again(counting: World) -> None:
    """Its tables may not be there yet: a record must not be taken for a bad one then."""
    early = record(1)
    counting.control.readiness.starting = "control is starting"
    answer = await send(counting, early)
    assert (answer.status_code, answer.json()["detail"]) == (
        503,
        "control does not take records yet: control is starting",
    )
    counting.control.readiness.starting = ""
    assert (await send(counting, early)).json()["stored"] == 1


async def test_a_bad_record_is_refused_with_its_reason_and_the_others_are_stored(counting: World) -> None:
    bad, unknown = record("seven"), record(1, feature="nobody")
    late = record(1, at=datetime.now(UTC) - timedelta(days=3))
    answer = (await send(counting, record(1), bad, unknown, late, record(10))).json()
    assert answer["stored"] == 2
    reasons = {each["id"]: each["reason"] for each in answer["refused"]}
    assert reasons.keys() == {bad["id"], unknown["id"], late["id"]}
    assert reasons[unknown["id"]] == "no feature is called nobody"
    assert reasons[late["id"]] == "it is older than 2 days"
    assert await total(counting) == 11
    assert (await send(counting, bad)).json()["refused"], "what was refused is not remembered as stored"


async def test_an_hour_late_is_not_too_late(counting: World) -> None:
    late = record(5, at=datetime.now(UTC) - timedelta(hours=1))
    assert (await send(counting, late)).json()["stored"] == 1


async def test_without_postgresql_the_edge_keeps_its_records(counting: World) -> None:
    limit = counting.control.database._limit
    held = [await counting.control.database._slots.acquire() for _ in range(limit)]
    mine = record(1)
    assert (await send(counting, mine)).status_code == 503
    for _ in held:
        counting.control.database._slots.release()
    assert (await send(counting, mine)).json()["stored"] == 1


BAD: list[bytes] = [
    b"",
    b"\x1f\x8b\x00",
    b"not gzip",
    gzip.compress(b"[]"),
    gzip.compress(b'{"instance": "e", "records": [{"id": "7", "feature": "sample", "content": 1}]}'),
    gzip.compress(b'{"instance": "e", "records": 7}'),
    gzip.compress(b"\xff\xfe"),
    gzip.compress(b" " * (UNPACKED + 1)),
    gzip.compress(b'{"instance": "e", "records": []}')[:-6],
]


@pytest.mark.parametrize("body", BAD, ids=range(len(BAD)))
async def test_what_is_no_batch_is_refused(world: World, body: bytes) -> None:
    headers = bearer(EU) | {"content-type": "application/json", "content-encoding": "gzip"}
    answer = await world.client.post(RECORDS, content=body, headers=headers)
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize("token", [US, OPS, "unknown"])
async def test_only_the_regions_own_edges_bring_records(world: World, token: str) -> None:
    assert (await send(world, token=token)).status_code in (401, 403)


async def test_no_other_route_takes_packed_bodies(world: World) -> None:
    headers = bearer(EU) | {"content-type": "application/json", "content-encoding": "gzip"}
    answer = await world.client.post("/edge/v1/EU/report", content=gzip.compress(b"{}"), headers=headers)
    assert answer.status_code == 415
