"""Two runs of one build are the same; a tenth slower is found. Both in at least 95 of 100 simulated pairs."""

from dataclasses import replace
from typing import Any

import pytest

from meridian.loadtest.plan import Shard
from meridian.loadtest.record import Second
from meridian.loadtest.results.compare import compare
from meridian.loadtest.results.part import Part
from tests.loadtest.results.runs import Shape, part, phase, scenario, simulated

BUILD = Shape(rate=500, seconds=60, drift=0.03, memory=0.8)
"""A target whose latency wanders by 3 % over some seconds, as those on a shared machine do."""
PAIRS = 100


def run(seed: int, **changes: Any) -> Part:
    return part(simulated(replace(BUILD, **changes), seed))


@pytest.mark.timeout(300)
def test_the_same_build_is_the_same_and_a_tenth_slower_is_found_in_95_of_100() -> None:
    same = found = 0
    for pair in range(PAIRS):
        few = {"rate": 200}  # fewer requests than the other tests have: harder, and sooner done
        before, again = run(3 * pair, **few), run(3 * pair + 1, **few)
        slower = run(3 * pair + 2, slower=1.1, **few)
        same += compare(before, again)["verdict"] == "same"
        found += compare(before, slower)["verdict"] == "slower"
    assert same >= 95
    assert found >= 95


def test_the_interval_holds_the_truth() -> None:
    found = compare(run(1, drift=0.0), run(2, drift=0.0, slower=1.2))
    p95 = {metric["name"]: metric for metric in found["metrics"]}["p95"]
    assert p95["low"] is not None
    assert p95["high"] is not None
    assert p95["low"] < 0.2 < p95["high"]
    assert p95["high"] - p95["low"] < 0.1
    assert found["verdict"] == "slower"
    assert found["sentence"].startswith("Slower: p50 +")
    assert found["with"] == "run-1"


def test_a_tenth_faster_is_faster() -> None:
    assert compare(run(3, slower=1.2), run(4))["verdict"] == "faster"


def test_more_errors_count_as_slower() -> None:
    found = compare(run(5, drift=0.0, errors=0.0), run(6, drift=0.0, errors=0.03))
    verdicts = {metric["name"]: metric["verdict"] for metric in found["metrics"]}
    assert verdicts == {"p50": "same", "p95": "same", "p99": "same", "errors": "slower"}
    assert found["sentence"].startswith("Slower: errors +")


def test_no_errors_at_all_are_no_difference() -> None:
    found = compare(run(7, errors=0.0), run(8, errors=0.0))
    assert found["metrics"][3] == {
        "name": "errors",
        "before": 0.0,
        "after": 0.0,
        "change": 0.0,
        "low": 0.0,
        "high": 0.0,
        "verdict": "same",
    }


def test_the_same_parts_are_told_the_same() -> None:
    assert compare(run(9), run(10)) == compare(run(9), run(10))


def test_nobody_can_be_told_from_themselves() -> None:
    found = compare(run(11), run(11))
    assert found["verdict"] == "same"
    assert {metric["change"] for metric in found["metrics"]} == {0.0}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"scale": 0.3}, "their scale differs: 1.0 and 0.3"),
        ({"rate": 100.0}, "their rate differs: 500/s (scale 1) and 100/s"),
        ({"http": 2}, "their HTTP version differs: 1 and 2"),
        ({"closed": 10}, "their number of users differs: 0 and 10"),
        ({"scenario": {**scenario(), "name": "chat"}}, "their scenario differs: swipe and chat"),
        ({"scenario": scenario(phases=[phase("hold", 0, 60, 400.0)])}, "their phases differ"),
        ({"end": "aborted"}, "the later one was aborted before its end"),
        ({"shards": (Shard(0, 3), Shard(2, 3))}, "shards of the later one are missing"),
        ({"shards": (Shard(0, 3),)}, "they are different shards"),
    ],
)
def test_what_cannot_be_compared_says_why(changes: dict[str, Any], reason: str) -> None:
    before = run(12)
    found = compare(before, replace(before, **changes))
    assert found["verdict"] == "unlike"
    assert found["sentence"] == f"These runs cannot be compared: {reason}"
    assert not found["metrics"]


def test_a_run_with_a_late_generator_is_compared_with_nothing() -> None:
    late = run(13)
    for at in (5, 6):
        late.record.add(at, Second(beat=900_000))
    assert compare(run(14), late)["sentence"].endswith(
        "the load generator was late for 900 requests of the later one"
    )


def test_warm_up_is_left_out_and_what_remains_can_be_too_short() -> None:
    warm = scenario(phases=[phase("warm", 0, 45, warm_up=True), phase("hold", 45, 60)])
    found = compare(replace(run(15), scenario=warm), replace(run(16), scenario=warm))
    assert found["sentence"] == (
        "These runs cannot be compared: 15 s outside warm-up are too short, 20 s are needed"
    )
