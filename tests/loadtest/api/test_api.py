"""The routes of load tests against a real control process: what it takes from runners, and what it refuses."""

import asyncio
import gzip
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from meridian.cli.client import Client, Refused
from meridian.store.database import Database
from tests.api.world import ADMIN, EU, OPS
from tests.loadtest.place import SCENARIO, Place

LIST = "/infrastructure/load-tests"
FACTS = {
    "name": "small",
    "title": "A small one",
    "kind": "load",
    "target": "app",
    "began": "2026-11-22T18:00:00+00:00",
    "seed": 1,
    "scale": 1.0,
    "seconds": 10.0,
    "rate": 60.0,
}
LIVE = {
    "achieved": {"requests": 100, "rate": 10.0},
    "errors": 0.02,
    "latency": {"p95": 40.0, "p99": None},
    "outcomes": {"ok": 98, "error": 2},
    "regions": [{"name": "EU", "requests": 100, "rate": 10.0, "errors": 0.02, "latency": {"p95": 40.0}}],
    "id": "another",
    "state": "passed",
}


def tell(place: Place, id: str, shard: int = 0, **other: Any) -> Any:
    facts = {**FACTS, **other.pop("facts", {})}
    body = {"facts": facts, "shard": shard, "sentence": "half-way", "rate": 10.0, "live": LIVE, **other}
    return place.client.call("PUT", f"{LIST}/{id}/progress", body).body


def query(url: str, statement: str, *values: Any) -> None:
    async def run() -> None:
        database = Database(url)
        async with database.connection() as connection:
            await connection.execute(statement.encode(), values)
        await database.close()

    asyncio.run(run())


def status(
    place: Place, method: str, path: str, body: bytes = b"", token: str = ADMIN, **headers: str
) -> int:
    request = Request(f"http://{place.address}{path}", body or None, method=method)
    request.add_header("authorization", f"Bearer {token}")
    request.add_header("content-type", "application/json")
    for name, value in headers.items():
        request.add_header(name.replace("_", "-"), value)
    try:
        with urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


def test_a_runner_begins_a_run_by_telling_of_it(control):
    assert tell(control, "told-by-cli") == {"stop": ""}
    found = control.client.get(f"{LIST}/told-by")
    assert (found["id"], found["state"], found["sentence"]) == ("told-by-cli", "running", "half-way")
    assert found["latency"] == {"p95": 40.0, "p99": None}
    assert (found["shards"], found["duration"], found["by"]) == (1, 10.0, "anna")
    control.client.post(f"{LIST}/told-by-cli/stop", {"reason": "enough"})
    assert tell(control, "told-by-cli") == {"stop": "anna: enough"}


def test_what_shards_tell_is_added_up(control):
    for shard in (0, 1):
        tell(control, "two-shards", shard, facts={"shards": 2})
    found = control.client.get(f"{LIST}/two-shards")
    assert found["achieved"] == {"requests": 200, "rate": 20.0}
    assert found["outcomes"] == {"ok": 196, "error": 4}
    assert found["errors"] == pytest.approx(0.02)
    assert found["regions"][0]["requests"] == 200
    assert found["latency"]["p95"] == 40.0


def test_shards_of_different_runs_are_not_mixed(control):
    tell(control, "not-mixed")
    with pytest.raises(Refused, match="has another seed: 1, not 2"):
        tell(control, "not-mixed", facts={"seed": 2})


def test_a_runner_that_is_silent_is_lost_and_may_come_back(control):
    tell(control, "silent-run")
    query(
        control.database,
        "UPDATE load_test SET told = told - interval '31 seconds' WHERE id = %s",
        "silent-run",
    )
    assert control.client.get(f"{LIST}/silent-run")["state"] == "lost"
    tell(control, "silent-run")
    assert control.client.get(f"{LIST}/silent-run")["state"] == "running"


def test_a_run_that_runs_stays_and_others_are_removed(control):
    tell(control, "runs-now")
    with pytest.raises(Refused, match="this load test runs now"):
        control.client.delete(f"{LIST}/runs-now")
    for id in ("old-one", "older-one"):
        tell(control, id, facts={"began": "2026-01-01T00:00:00+00:00"})
        query(control.database, "UPDATE load_test SET state = 'stopped' WHERE id = %s", id)
    removed = control.invoke("load", "clean", "old-one", "--reason", "done with")
    assert "removes the load test small of 2026-01-01" in removed.output
    cleaned = control.client.post(f"{LIST}/cleanup", {"older_than": "100d"})
    assert cleaned["removed"] == 1
    ids = [run["id"] for run in control.client.get(LIST)["runs"]]
    assert "runs-now" in ids
    assert not {"old-one", "older-one"} & set(ids)


def test_an_unknown_run_is_not_found(control):
    for path in ("", "/report", "/part", "/compare?with=nobody"):
        assert status(control, "GET", f"{LIST}/nobody{path}") == 404
    assert status(control, "POST", f"{LIST}/nobody/stop", b'{"reason": "x"}') == 404
    assert status(control, "DELETE", f"{LIST}/nobody") == 404
    body = b'{"at": 1, "what": "kill x", "sentence": "x is killed"}'
    assert status(control, "POST", f"{LIST}/nobody/events", body) == 404


def test_a_run_without_a_record_has_no_report_yet(control):
    tell(control, "no-record")
    for what in ("report", "part", "compare?with=no-record"):
        assert status(control, "GET", f"{LIST}/no-record/{what}") == 409


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b'{"facts": {}}',
        b'{"facts": 1, "live": []}',
        b"\xff\xfe",
    ],
)
def test_hostile_progress_is_refused(control, body):
    assert status(control, "PUT", f"{LIST}/hostile/progress", body) in (400, 422)


def test_progress_with_impossible_numbers_is_refused(control):
    for wrong in (
        {"errors": 2.0},
        {"rate": -1.0},
        {"facts": {"seed": "1"}},
        {"facts": {"shards": 0}},
        {"shard": 1},
    ):
        with pytest.raises(Refused) as refused:
            tell(control, "impossible", **wrong)
        assert refused.value.status == 422
    with pytest.raises(Refused, match="`live` is larger"):
        tell(control, "impossible", live={"x": "y" * 600_000})
    assert status(control, "GET", f"{LIST}/impossible") == 404


def test_a_live_summary_of_nonsense_breaks_no_view(control):
    nonsense = {
        "achieved": "many",
        "errors": {"a": 1},
        "regions": [1, {"name": {}}],
        "latency": [],
        "outcomes": {"ok": "x"},
    }
    for shard in (0, 1):
        tell(control, "nonsense", shard, facts={"shards": 2}, live=nonsense)
    assert control.client.get(f"{LIST}/nonsense")["achieved"] == {"requests": 0, "rate": 0}


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"{}", "identity"),
        (b"not gzip", "gzip"),
        (gzip.compress(b"{}"), "gzip"),
        (gzip.compress(b"\0" * 10**8), "gzip"),
    ],
    ids=["plain", "no-gzip", "empty", "bomb"],
)
def test_what_is_no_part_is_refused(control, content, encoding):
    assert status(control, "PUT", f"{LIST}/no-part/parts/0", content, content_encoding=encoding) == 422
    assert status(control, "GET", f"{LIST}/no-part") == 404


def test_a_part_that_is_too_large_is_not_read(control):
    code = status(control, "PUT", f"{LIST}/too-large/parts/0", b"", content_length=str(33 * 1024 * 1024))
    assert code == 413


def test_who_may_what(control):
    tell(control, "whose-run")
    for path in ("", "/scenarios", "/whose-run"):
        assert status(control, "GET", LIST + path, token=OPS) == 200
        assert status(control, "GET", LIST + path, token=EU) == 403
    order = b'{"scenario": "swipe", "reason": "x"}'
    for method, path, body in (
        ("POST", "", order),
        ("POST", "/cleanup", b'{"older_than": "1d"}'),
        ("POST", "/whose-run/stop", b'{"reason": "x"}'),
        ("DELETE", "/whose-run", b""),
        ("PUT", "/whose-run/parts/0", b"{}"),
    ):
        assert status(control, method, LIST + path, body, token=OPS) == 403, (method, path)


def test_an_order_is_looked_over_before_anything_starts(control):
    def refusal(**order: Any) -> str:
        with pytest.raises(Refused) as refused:
            control.client.post(LIST, {"reason": "a try", **order})
        assert refused.value.status in (403, 404, 422)
        return str(refused.value)

    assert "give either `scenario` or `text`" in refusal()
    assert "did you mean swipe" in refusal(scenario="swpie")
    assert "did you mean app" in refusal(scenario="swipe", scale=0.01, target="apq")
    assert "max_rate is 400" in refusal(scenario="swipe", target="app")
    assert 'type its name: "confirm": "live"' in refusal(text=SCENARIO, target="live")
    assert "3:7: kind: lood is not one of" in refusal(text=SCENARIO.replace("kind: load", "kind: lood"))
    assert "there is no bundled scenario" in refusal(scenario="../../etc/passwd")
    assert "reason" in refusal(scenario="swipe", reason="")


def test_the_scenarios_and_targets_are_listed(control):
    found = control.client.get(f"{LIST}/scenarios")
    assert {each["name"] for each in found["scenarios"]} == {
        "swipe",
        "chat",
        "payouts",
        "calls",
        "events",
        "ai",
    }
    assert found["targets"] == [
        {"name": "local", "production": False},
        {"name": "app", "production": False},
        {"name": "live", "production": True},
    ]


def test_a_runner_that_cannot_begin_says_why(control, tmp_path: Path):
    """The world that control is asked to test does not run."""
    started = control.client.post(LIST, {"text": SCENARIO, "reason": "no world here"})
    client: Client = control.client

    def ended() -> bool:
        return bool(client.get(f"{LIST}/{started['id']}")["state"] == "aborted")

    from tests.support.waiting import until

    until(ended, 30)
    assert "no world is running" in client.get(f"{LIST}/{started['id']}")["sentence"]
