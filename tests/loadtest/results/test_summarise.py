"""A run in figures: each number follows from what was told to the record."""

import json
import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from meridian.loadtest.outcomes import CHECK, LIMITED, OK, TIMEOUT
from meridian.loadtest.plan import Shard
from meridian.loadtest.record import Key, Record
from meridian.loadtest.results.part import Part
from meridian.loadtest.results.partfile import from_bytes, to_bytes
from meridian.loadtest.results.summarise import summarise
from meridian.loadtest.results.summary import Event, Summary
from tests.loadtest.results.runs import BEGAN, memory, part, phase, scenario, steady

PHASES = [phase("warm", 0, 10, 100.0, warm_up=True), phase("hold", 10, 60, 100.0)]


def run(*thresholds: str, **changes: Any) -> Part:
    """100/s in EU that take 20 ms, and in the first 10 s 500 ms; 20/s in US that take 60 ms, of which some go wrong."""
    record = Record()
    for at in range(60):
        for number in range(100):
            tell(
                record,
                at + number / 100,
                0.5 if at < 10 else 0.02,
                Key(0, "EU", "eu-1", "v1", OK),
                120 * at + number,
            )
        for number in range(20):
            due = at + number / 20
            outcome, took, detail = OK, 0.06, ""
            if at == 30:
                outcome, took, detail = TIMEOUT, 10.0, "no answer in 10 s"
            elif number == 0:
                outcome, took, detail = CHECK, 0.06, "home"
            elif number == 1:
                outcome, took, detail = LIMITED, 0.001, "swipes"
            who = ("us-1", "v2") if outcome in (OK, CHECK) else ("", "")
            tell(record, due, took, Key(1, "US", *who, outcome), 120 * at + 100 + number, detail)
    memory(record, "envoy eu", [6e7] * 60)
    facts = scenario(*thresholds, phases=PHASES, checks=["tier"])
    facts["steps"][1]["checks"] = ["home"]
    return part(record, facts, **changes)


def tell(record: Record, due: float, took: float, key: Key, number: int, detail: str = "") -> None:
    record.due(due)
    record.sent(due, 0.0005)
    record.sample(due, due + took, key, number, detail)


@pytest.fixture(scope="module")
def summary() -> Summary:
    return summarise(run("p95 < 200ms", "errors < 5%", "chat.p99 < 1s", "p50 < 30ms in EU during hold"))


def test_amounts_are_of_the_whole_run_and_the_rest_is_without_warm_up(summary: Summary) -> None:
    assert summary["asked"] == {"requests": 7200, "rate": 120.0}
    assert summary["achieved"] == {"requests": 7200, "rate": 120.0}
    assert summary["waiting"] == 0
    assert summary["outcomes"] == {"ok": 5000 + 49 * 18, "check": 49, "limited": 49, "timeout": 20}
    assert summary["errors"] == pytest.approx(69 / 6000, abs=1e-6)


def test_percentiles_are_within_a_thousandth(summary: Summary) -> None:
    latency = summary["latency"]
    assert latency["p50"] == pytest.approx(20, rel=0.001)
    assert latency["p95"] == pytest.approx(60, rel=0.001)
    assert latency["max"] == pytest.approx(10_000, rel=0.001)
    mean = (5000 * 20 + 49 * (19 * 60 + 1) + 20 * 10_000) / 6000
    assert latency["mean"] == pytest.approx(mean, rel=0.001)


def test_rows_are_by_step_region_version_and_location(summary: Summary) -> None:
    swipe, chat = summary["steps"]
    assert (swipe["name"], swipe["service"], swipe["requests"], swipe["rate"]) == (
        "swipe",
        "feed",
        5000,
        100.0,
    )
    assert (chat["requests"], chat["errors"]) == (1000, 0.069)
    assert [(row["name"], row["requests"]) for row in summary["regions"]] == [("EU", 5000), ("US", 1000)]
    assert [(row["name"], row["requests"]) for row in summary["versions"]] == [("v1", 5000), ("v2", 49 * 19)]
    shares = {row["name"]: row["share"] for row in summary["locations"]}
    assert shares == {
        "eu-1": pytest.approx(5000 / 5931, abs=1e-6),
        "us-1": pytest.approx(931 / 5931, abs=1e-6),
    }


def test_checks_say_how_often_and_where_first(summary: Summary) -> None:
    tier, home = summary["checks"]
    assert (tier["name"], tier["n"], tier["failed"], tier["example"]) == ("tier", 5000, 0, "")
    assert (home["name"], home["n"], home["failed"]) == ("home", 980, 49)
    assert home["example"] == "request 100 (chat, US) 0.1 s after the start"


def test_the_verdict_and_its_sentence(summary: Summary) -> None:
    assert [verdict["held"] for verdict in summary["thresholds"]] == [True, True, False, True]
    assert [verdict["where"] for verdict in summary["thresholds"]] == [
        "overall",
        "overall",
        "chat",
        "in EU during hold",
    ]
    assert summary["state"] == "failed"
    assert summary["sentence"] == (
        "p99 of chat is 10,002 ms; wanted < 1,000 ms; 6,000 requests at 120/s, p95 60 ms, errors 1.15 %"
    )
    passed = summarise(run("p95 < 200ms", "errors < 5%"))
    assert passed["state"] == "passed"
    assert passed["sentence"] == "6,000 requests at 120/s, p95 60 ms, errors 1.15 %; all 2 objectives hold"


def test_the_crash_map_knows_what_failed_where_and_when(summary: Summary) -> None:
    check, timeout = summary["crashes"]
    assert (check["detail"], check["n"]) == ("home", 59)
    assert check["first"] == pytest.approx(0.06)
    assert check["by_time"][:2] == [(0, 1), (1, 1)]
    assert {**timeout, "by_time": []} == {
        "region": "US",
        "service": "chat",
        "step": "chat",
        "outcome": "timeout",
        "detail": "no answer in 10 s",
        "n": 20,
        "first": 40.0,
        "last": 40.95,
        "by_time": [],
    }
    assert timeout["by_time"] == [(30, 20)]


def test_series_have_a_value_for_every_point(summary: Summary) -> None:
    series = summary["series"]
    assert series["at"] == list(range(60))
    assert series["step"] == 1
    for name in ("asked", "achieved", "errors", "p50", "p95", "p99", "max", "lag_ms", "late"):
        assert len(series[name]) == 60  # type: ignore[literal-required]
    assert series["achieved"][30] == 120
    assert series["p50"][5] == pytest.approx(500, rel=0.001)
    assert series["p50"][15] == pytest.approx(20, rel=0.001)
    assert series["errors"][30] == pytest.approx(20 / 120, abs=1e-6)
    assert series["by_region"]["US"]["p95"][30] == pytest.approx(10_000, rel=0.001)
    assert not any(series["late"])


def test_the_heatmap_has_every_request_in_its_row(summary: Summary) -> None:
    heat = summary["heatmap"]
    bounds = heat["bounds_ms"]
    assert bounds == sorted(bounds)
    assert len(bounds) == 60
    assert sum(map(sum, heat["counts"])) == 7200
    column = heat["counts"][30]
    rows = {row: n for row, n in enumerate(column) if n}
    assert sorted(rows.values()) == [20, 100]
    assert max(rows) == 59
    row = min(rows)
    assert bounds[row - 1] < 20 * 1.001
    assert bounds[row] >= 20 * 0.999


def test_an_hour_is_drawn_in_300_points() -> None:
    record = steady(seconds=5, rate=10)
    steady(seconds=1, rate=10, into=record)
    long = part(record, scenario(phases=[phase("hold", 0, 3600)]), seconds=3600.0)
    series = summarise(long)["series"]
    assert series["step"] == 12
    assert series["achieved"] == [5.0]


def test_nothing_in_it_is_not_json(summary: Summary) -> None:
    text = json.dumps(summary, allow_nan=False)
    assert json.loads(text)["id"] == "run-1"
    empty = summarise(part(Record(), scenario("p95 < 200ms", "gap < 1s", "knee >= 100/s", "leak < 1MB/h")))
    assert empty["state"] == "invalid"
    assert empty["sentence"] == "No request was due, so nothing is known about the target"
    assert [verdict["value"] for verdict in empty["thresholds"]] == [None] * 4
    assert json.dumps(empty, allow_nan=False)


def test_a_run_that_was_ended_is_judged_by_the_time_it_had() -> None:
    """Aborted is neither passed nor failed, and its rate is that of the seconds that it went on."""
    event: Event = {"at": 30.0, "what": "errors > 50% for 10s", "by": "abort", "sentence": "errors were 60 %"}
    ended = BEGAN + timedelta(seconds=30)
    record = steady(seconds=30)
    found = summarise(part(record, end="aborted", reason="errors were 60 %", ended=ended, events=(event,)))
    assert found["state"] == "aborted"
    assert found["sentence"] == (
        "Aborted after 30 of 60 s: errors were 60 %; 3,000 requests at 100/s, p95 20 ms, errors 0 %"
    )
    assert found["duration"] == 30
    assert found["events"] == [event]
    assert summarise(part(record, end="stopped", reason="by admin", ended=ended))["state"] == "stopped"


def test_a_late_generator_makes_it_invalid_whatever_the_thresholds_say() -> None:
    late = steady(seconds=60)
    for at in (20, 21, 22):
        late.beat(at, 0.5)
    found = summarise(part(late, scenario("p95 < 200ms")))
    assert found["state"] == "invalid"
    assert found["sentence"].startswith("The load generator was late for 2.5 % of the requests")
    assert [at for at, is_late in enumerate(found["series"]["late"]) if is_late] == [20, 21, 22]


def test_sentences_fit_a_line() -> None:
    long = "x" * 400
    found = summarise(part(steady(seconds=30), end="aborted", reason=long))
    assert len(found["sentence"]) == 140
    assert math.isfinite(found["errors"])


def test_shards_merged_or_read_from_files_say_the_same() -> None:
    whole = run("p95 < 200ms")
    assert json.dumps(summarise(from_bytes(to_bytes(whole)))) == json.dumps(summarise(whole))
    assert summarise(replace(whole, shards=(Shard(0, 3), Shard(1, 3))))["state"] == "invalid"


def test_the_rate_is_that_of_the_sentence() -> None:
    """Half as many are asked in the warm-up, which is told nowhere."""
    made = Record()
    for number in range(2200):
        due = number / 20 if number < 200 else 10 + (number - 200) / 40
        made.due(due)
        made.sent(due, 0.0)
        made.sample(due, due + 0.02, Key(0, "EU", "a", "v1", OK), number)
    told = summarise(part(made, scenario(phases=[phase("warm", 0, 10, warm_up=True), phase("hold", 10, 60)])))
    assert (told["asked"]["rate"], told["achieved"]["rate"]) == (40.0, 40.0)
    assert "2,000 requests at 40/s" in told["sentence"]
