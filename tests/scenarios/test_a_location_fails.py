"""A location is killed under load: idempotent requests do not notice, and bound ones never leave their residency set."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from threading import Event

import httpx
import pytest

from tests.support.world import BRITISH, World, until


@dataclass
class Readers:
    """Clients in Europe that read their feed, over and over. seen: by status and location."""

    seen: Counter[tuple[int, str]] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)


@contextmanager
def reading(world: World, each_per_second: int = 25, clients: int = 8) -> Iterator[Readers]:
    readers, stop = Readers(), Event()
    url = f"{world.edge('EU')}/v1/feed"

    def read() -> None:
        with httpx.Client(timeout=10, trust_env=False) as client:
            for turn in count():
                if stop.wait(1 / each_per_second):
                    return
                try:
                    answer = client.get(url, headers={"x-forwarded-for": f"81.2.69.{1 + turn % 250}"})
                    readers.seen[answer.status_code, answer.json().get("location", "")] += 1
                except httpx.HTTPError as error:
                    readers.errors.append(repr(error))

    with ThreadPoolExecutor(clients) as pool:
        running = [pool.submit(read) for _ in range(clients)]
        try:
            yield readers
        finally:
            stop.set()
    for each in running:
        each.result()


@pytest.fixture(autouse=True)
def whole_again(stormy: World) -> Iterator[None]:
    """Every scenario here leaves all locations restored and back in service."""
    yield
    for location in ("europe-west1", "europe-west4"):
        stormy.run("world", "restore", location)
    until(
        lambda: all(stormy.get("/v1/feed").json().get("location") == "europe-west1" for _ in range(5)),
        60,
        "europe-west1 to have its traffic back",
    )


def foreign(world: World) -> int:
    """Bound requests of Europeans that the apps of other regions ever saw."""
    return sum(
        row["count"]
        for location in ("us-central1", "asia-south1")
        for row in world.served(location)["rows"]
        if row["home"] == "EU" and row["service"] != "media"
    )


def test_killing_a_location_moves_its_readers_without_one_failed_request(stormy: World) -> None:
    with reading(stormy) as readers:
        until(lambda: readers.seen[200, "europe-west1"] > 100, 20, "traffic")
        stormy.run("world", "kill", "europe-west1")
        until(lambda: readers.seen[200, "europe-west4"] > 200, 20, "traffic at europe-west4")
    assert not readers.errors
    assert set(readers.seen) == {(200, "europe-west1"), (200, "europe-west4")}
    sentence = until(
        lambda: next((d["sentence"] for d in stormy.json("journal") if d["kind"] == "failover"), None),
        10,
        "the failover in the journal",
    )
    assert "europe-west1" in sentence
    assert "europe-west4" in sentence


def test_killing_both_locations_gives_503_with_retry_after_and_nothing_leaves_europe(stormy: World) -> None:
    before = foreign(stormy)
    stormy.run("world", "kill", "europe-west1")
    stormy.run("world", "kill", "europe-west4")
    answer = until(lambda: (got := stormy.get("/v1/feed", BRITISH)).status_code == 503 and got, 10, "503")
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json()["type"] == "/docs/problems#no-healthy-location"
    for edge in ("EU", "US", "APAC"):
        for _ in range(20):
            assert stormy.get("/v1/feed", BRITISH, edge).status_code == 503
            assert stormy.ask("POST", "/v1/chat/messages", BRITISH, edge).status_code == 503
    assert foreign(stormy) == before
    stormy.run("world", "restore", "europe-west4")
    until(
        lambda: stormy.get("/v1/feed").json().get("location") == "europe-west4", 20, "europe-west4 to answer"
    )


def test_a_location_that_returns_gets_its_traffic_back_bit_by_bit(stormy: World) -> None:
    with reading(stormy) as readers:
        stormy.run("world", "kill", "europe-west1")
        until(lambda: readers.seen[200, "europe-west4"] > 100, 20, "traffic at europe-west4")
        until(
            lambda: any(d["kind"] == "failover" for d in stormy.json("journal")),
            10,
            "the edge to notice",
        )
        readers.seen.clear()
        stormy.run("world", "restore", "europe-west1")
        until(lambda: readers.seen[200, "europe-west1"] > 0, 20, "the first request back")
        readers.seen.clear()
        time.sleep(3)  # the thing measured is a share over time, not a condition to wait for
        early = readers.seen[200, "europe-west1"] / readers.seen.total()
        until(lambda: _share(readers) > 0.95, 60, "all of the traffic back")
    assert early < 0.6
    assert not readers.errors
    assert {status for status, _ in readers.seen} == {200}


def _share(readers: Readers) -> float:
    seen = dict(readers.seen)
    readers.seen.clear()
    time.sleep(0.5)
    total = readers.seen.total() or 1
    del seen
    return readers.seen[200, "europe-west1"] / total


def test_a_partitioned_location_is_left_within_seconds(stormy: World) -> None:
    stormy.run("world", "partition", "europe-west1")
    began = time.monotonic()
    answer = stormy.get("/v1/feed")
    assert (answer.status_code, answer.json()["location"]) == (200, "europe-west4")
    assert time.monotonic() - began < 5
    until(
        lambda: (
            (t := time.monotonic())
            and stormy.get("/v1/feed").status_code == 200
            and time.monotonic() - t < 0.5
        ),
        15,
        "requests not to be tried at europe-west1 any more",
    )


def test_a_post_is_not_sent_twice_but_one_with_an_idempotency_key_may_be(stormy: World) -> None:
    """A location that takes requests and never answers: a plain POST is lost there, one with a key is answered elsewhere."""
    stormy.run("world", "partition", "europe-west1")
    keyed = stormy.ask("POST", "/v1/chat/messages", idempotency_key="once-1")
    assert (keyed.status_code, keyed.json()["location"]) == (200, "europe-west4")
