"""The stream over a real server: the same for all, at once, until its reader leaves; it never holds control."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from meridian.core.decision import Decision
from meridian.telemetry.cube import cubes_to_json
from meridian.telemetry.stream import publish
from meridian.telemetry.stream.hub import hub_of
from tests.api.world import ADMIN, EU, bearer
from tests.support.waiting import until
from tests.telemetry.live.test_ring import traffic
from tests.telemetry.stream.serving import STREAM, Running, ask, running


@pytest.fixture
def control(tmp_path: Path, postgres_url: str) -> Iterator[Running]:
    with running(tmp_path / "home", postgres_url) as found:
        yield found


def pulse(control: Running, n: int) -> None:
    now = time.time()
    windows = {str(int(now)): cubes_to_json(traffic(n))}
    body = {"instance": "EU-1", "at": now, "pulses": {"telemetry": {"windows": windows}}}
    answer = httpx.post(f"{control.url}/edge/v1/EU/live", json=body, headers=bearer(EU), timeout=10)
    assert answer.status_code == 204, answer.text


def decide(control: Running, sentence: str) -> str:
    written = asyncio.run_coroutine_threadsafe(
        control.control.journal.write([Decision("test.judge", "turn", "lamp", sentence)]), control.loop
    ).result(10)
    return written[0].id


def test_numbers_decisions_and_incidents_arrive_at_once_and_readers_that_leave_are_gone(
    control: Running,
) -> None:
    hub = hub_of(control.control)
    first, second = control.watch(), control.watch()
    assert "text/event-stream" in first.head
    assert "x-content-type-options: nosniff" in first.head
    live, raw = first.next("live")
    assert second.next("live")[1] == raw or second.next("live")
    assert set(live) == {"at", "rps", "error_rate", "p95", "regions", "locations", "flows", "panels", "live"}
    assert {each["region"] for each in live["regions"]} == set(control.control.config().regions)

    begun = time.monotonic()
    pulse(control, 500)
    while not (live := first.next("live")[0])["rps"]:
        assert time.monotonic() - begun < 10
    assert time.monotonic() - begun < 3
    assert live["rps"] >= 100

    begun = time.monotonic()
    id = decide(control, "the switch is on")
    told, raw = first.next("decision")
    assert (told["id"], told["sentence"], told["undone_at"]) == (id, "the switch is on", None)
    assert f"id: {id}".encode() in raw
    assert time.monotonic() - begun < 3

    control.loop.call_soon_threadsafe(publish, control.control, "incident", {"id": "i1"})
    assert second.next("incident")[0] == {"id": "i1"}

    later = decide(control, "the switch is off")
    again = control.watch(last_event_id=id)
    assert again.next("decision")[0]["id"] == later
    for watcher in (first, second, again):
        watcher.close()
    until(lambda: hub.readers == 0 and hub._making is None, 10)


def test_control_stops_at_once_though_somebody_watches(control: Running) -> None:
    watchers = [control.watch() for _ in range(3)]
    for each in watchers:
        each.next("live")
    assert control.stop() < 2.5
    for each in watchers:
        assert len(list(each.events())) <= 2


def test_who_takes_nothing_is_dropped_and_the_others_go_on(control: Running) -> None:
    hub = hub_of(control.control)
    slow, quick = control.watch(), control.watch()
    slow.next("live")
    quick.next("live")
    flood = {"text": "x" * 200_000}

    def publish_many() -> None:
        for _ in range(20):
            publish(control.control, "incident", flood)

    seen = 0
    deadline = time.monotonic() + 20
    while hub.readers > 1:
        assert time.monotonic() < deadline
        control.loop.call_soon_threadsafe(publish_many)
        for _ in range(20):
            quick.next("incident")
            seen += 1
    assert quick.next("live")
    assert seen >= 60
    slow.close()
    quick.close()


def test_the_stream_is_for_operators(control: Running) -> None:
    for token, status in (("", 401), ("wrong", 401), (EU, 403)):
        answer = httpx.get(f"{control.url}{STREAM}", headers=bearer(token) if token else {}, timeout=10)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert hub_of(control.control).readers == 0


def test_live_metrics_history_and_dashboard(control: Running) -> None:
    pulse(control, 50)
    live = ask(control, "/infrastructure/metrics/live").json()
    assert live["payouts"] == {"pending": 0, "processing": 0, "failed": 0, "amount": 0, "currency": ""}
    assert live["system"]["status"] == "unknown"

    def rate() -> float:
        pulse(control, 50)
        made = httpx.post(f"{control.url}/infrastructure/metrics/update", headers=bearer(ADMIN), timeout=10)
        return float(made.json()["rps"] or 0.0)

    deadline = time.monotonic() + 10
    while rate() < 10:  # what a second had is known once it is over
        assert time.monotonic() < deadline, "the rate of 50 requests a pulse"
        time.sleep(0.1)
    panels = ask(control, "/infrastructure/metrics/panels").json()
    assert [each["name"] for each in panels][:3] == ["latency", "throughput", "errors"]
    for panel in panels:
        for span in ("15m", "1h", "24h", "7d", "30d"):
            answer = ask(control, "/infrastructure/metrics/history", panel=panel["name"], range=span)
            assert answer.status_code == 200, answer.text
            body = answer.json()
            assert len(body["times"]) <= 400
            assert all(len(line["values"]) == len(body["times"]) for line in body["lines"])
    query: dict[str, Any] = {
        "metric": "requests_per_second",
        "where": ["region:EU", "feature:chat"],
        "by": "location,feature",
        "range": "15m",
    }
    found = ask(control, "/infrastructure/metrics/query", **query).json()
    assert found["lines"][0]["labels"] == {"location": "europe-west1", "feature": "chat"}
    board = ask(control, "/infrastructure/dashboard").json()
    assert board["app"] == control.control.config().app.name
    assert set(board["map"]["locations"][0]) >= {"latitude", "home", "status", "rps"}
    assert len(board["map"]["countries"]) == 249
    cleaned = httpx.post(f"{control.url}/infrastructure/metrics/cleanup", headers=bearer(ADMIN), timeout=20)
    assert set(cleaned.json()) == {"rolled", "dropped", "freed"}
    assert (
        httpx.post(
            f"{control.url}/infrastructure/metrics/cleanup", headers=bearer(EU), timeout=10
        ).status_code
        == 403
    )


BAD: list[tuple[str, dict[str, Any], int, str]] = [
    ("history", {"panel": "latnecy"}, 404, "did you mean latency?"),
    ("history", {"panel": "x" * 500}, 422, "not acceptable"),
    ("history", {}, 422, "not acceptable"),
    ("history", {"panel": "latency", "range": "2y"}, 422, "use one of 15m, 1h"),
    ("history", {"panel": "latency", "since": "yesterday"}, 422, "not acceptable"),
    ("history", {"panel": "latency", "since": "2026-01-01T00:00:00"}, 422, "no time zone"),
    ("history", {"panel": "latency", "until": "2026-01-01T00:00:00Z"}, 422, "add `since`"),
    ("history", {"panel": "latency", "since": "0001-01-01T00:00:00Z"}, 422, "longer than any history"),
    ("history", {"panel": "latency", "range": "1h", "since": "2026-01-01T00:00:00Z"}, 422, "either"),
    ("history", {"panel": "latency", "region": "Mars"}, 404, "no region"),
    ("query", {"metric": "eror_rate"}, 404, "did you mean error_rate?"),
    ("query", {"metric": "error_rate", "from": "abc"}, 422, "there is no query parameter 'from' here"),
    ("history", {"panel": "latency", "regoin": "EU"}, 422, "did you mean region?"),
    ("history", {"panel": "latency", "range": ["1h", "24h"]}, 422, "'range' is given 2 times"),
    ("query", {"metric": "error_rate", "by": "colour"}, 422, "has no label"),
    ("query", {"metric": "error_rate", "where": "region"}, 422, "write LABEL:VALUE"),
    ("query", {"metric": "error_rate", "where": "colour:red"}, 422, "has no label"),
    ("query", {"metric": "error_rate", "step": 0}, 422, "not acceptable"),
    ("query", {"metric": "error_rate", "step": 7}, 422, "multiple of 10 s"),
    ("query", {"metric": "error_rate\x00"}, 422, "not acceptable"),
]


def test_what_there_is_not_is_told_with_what_there_is(control: Running) -> None:
    for path, query, status, said in BAD:
        answer = ask(control, f"/infrastructure/metrics/{path}", **query)
        told = (answer.status_code, answer.headers["content-type"], said in answer.text)
        assert told == (status, "application/problem+json", True), (query, answer.text)
        assert len(answer.text) < 1500
