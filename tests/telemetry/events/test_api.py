"""The route, on a real control plane with every feature."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio

from meridian.api.openapi import document
from meridian.store.database import Database
from meridian.telemetry.events.api import made
from meridian.telemetry.events.receiving import Receiving
from tests.api.world import ADMIN, EU, OPS, bearer
from tests.limits.live import Live, living
from tests.telemetry.events.making import GOOD

EVENTS = "/infrastructure/events"
DOCUMENT = Path(__file__).parents[3] / "docs" / "events.md"


@pytest_asyncio.fixture
async def live(tmp_path: Path, postgres_url: str) -> AsyncIterator[Live]:
    async with living(tmp_path / "home", postgres_url) as live:
        yield live


def now(type: str, seconds: float = 0.0, **fields: Any) -> dict[str, Any]:
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    return {
        "id": f"{type}-{seconds}",
        "at": at.isoformat(),
        "region": "EU",
        **GOOD[type],
        "type": type,
        **fields,
    }


async def post(live: Live, body: Any, token: str = ADMIN, **more: Any) -> httpx.Response:
    return await live.http.post(EVENTS, json=body, headers=bearer(token), **more)


async def app_token(live: Live) -> str:
    made = await live.http.post(
        "/infrastructure/tokens", json={"name": "app-1", "role": "app"}, headers=bearer(ADMIN)
    )
    assert made.status_code == 201
    return str(made.json()["token"])


async def test_the_apps_token_may_tell_events_and_nothing_else(live: Live) -> None:
    token = await app_token(live)
    answer = await post(live, {"events": [now(type) for type in GOOD]}, token)
    assert (answer.status_code, answer.json()) == (
        200,
        {"accepted": len(GOOD), "duplicates": 0, "refused": []},
    )
    for path in ("/infrastructure/config", "/infrastructure/tokens", "/infrastructure/decisions"):
        assert (await live.http.get(path, headers=bearer(token))).status_code == 403
    for other, status in ((OPS, 403), (EU, 403), ("mrd_unknown", 401)):
        assert (await post(live, {"events": []}, other)).status_code == status


async def test_an_answer_names_what_was_refused_by_its_place(live: Live) -> None:
    batch = [now("cdn"), now("cdn"), now("panic", -7200), now("panic", region="MARS"), {"type": "panic"}]
    told = (await post(live, {"events": batch})).json()
    assert (told["accepted"], told["duplicates"]) == (1, 1)
    assert [each["index"] for each in told["refused"]] == [2, 3, 4]
    assert [each["reason"].split(":")[0] for each in told["refused"]] == ["at", "region", "id"]


MALFORMED = [
    (b"", 422),
    (b"[]", 422),
    (b"{}", 422),
    (b'{"events": 3}', 422),
    (b'{"events": [], "x": 1}', 422),
    (b'{"events": [' + b"0," * 1000 + b"0]}", 422),
    (b"not JSON", 400),
    (b"\xff\xfe\x00", 400),
    (b"[" * 100_000, 400),
]


async def test_a_malformed_body_is_a_problem(live: Live) -> None:
    headers = {**bearer(ADMIN), "content-type": "application/json"}
    for body, status in MALFORMED:
        answer = await live.http.post(EVENTS, content=body, headers=headers)
        assert answer.status_code == status, body[:40]
        assert answer.headers["content-type"] == "application/problem+json"


async def test_without_postgresql_it_is_a_503_that_says_when_to_try_again(live: Live) -> None:
    receiving = live.control.shared(Receiving, lambda: made(live.control))
    receiving.database = Database("postgresql://127.0.0.1:1/none")
    answer = await post(live, {"events": [now("cdn")]})
    assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (503, True)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_description_publishes_each_types_schema(live: Live) -> None:
    app = live.http._transport.app  # type: ignore[attr-defined]
    schema = await asyncio.to_thread(document, app)
    each = schema["components"]["schemas"]["Batch"]["properties"]["events"]["items"]
    assert set(each["discriminator"]["mapping"]) == set(GOOD)
    assert set(schema["paths"][EVENTS]["post"]["responses"]) >= {"200", "401", "403", "422", "503"}


async def test_the_example_of_the_documents_is_taken(live: Live) -> None:
    text = DOCUMENT.read_text()
    [body] = re.findall(r"-d '(\{.*?\})'\n", text, re.DOTALL)
    at = datetime.now(UTC).isoformat()
    answer = await live.http.post(
        EVENTS,
        content=body.replace("'\"$NOW\"'", at),
        headers={**bearer(await app_token(live)), "content-type": "application/json"},
    )
    assert answer.json()["refused"] == []
    assert answer.json()["accepted"] >= 3


def test_every_type_is_documented() -> None:
    text = DOCUMENT.read_text()
    for type, fields in GOOD.items():
        assert f"`{type}`" in text
        assert all(f"`{name}`" in text for name in fields)
