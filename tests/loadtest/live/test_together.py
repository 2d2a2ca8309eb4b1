"""Shards that tell of one run are shown as one."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from meridian.loadtest.live.together import KNOWN, summary_so_far
from meridian.loadtest.plan import Shard
from meridian.loadtest.runs import Run
from tests.loadtest.live.shard import recorded, told_at
from tests.loadtest.live.test_view import FACTS

NOW = datetime(2026, 11, 22, tzinfo=UTC)
RUN = Run("a-run", replace(FACTS, shards=2), "running", "", None, NOW, "anna", "cli", None, None, None)


def together(*told: Any) -> dict[str, Any]:
    return summary_so_far(RUN, dict(enumerate(json.loads(json.dumps(told)))))


@pytest.fixture(scope="module")
def shards() -> list[dict[str, Any]]:
    return [told_at(recorded(20, Shard(n, 2)), 20, Shard(n, 2)) for n in range(2)]


@pytest.fixture(scope="module")
def one() -> dict[str, Any]:
    return together(told_at(recorded(20), 20))


def test_two_shards_are_one_run(shards: list[dict[str, Any]], one: dict[str, Any]) -> None:
    both = together(*shards)
    for name in ("heatmap", "crashes", "phases", "outcomes", "errors", "asked", "achieved", "second"):
        assert both[name] == one[name], name
    for line in ("at", "asked", "achieved", "errors", "late"):
        assert both["series"][line] == one["series"][line], line
    assert both["series"]["p95"] == pytest.approx(one["series"]["p95"], rel=0.01)
    assert set(both["series"]["by_region"]) == {"EU", "US"}
    assert [(each["text"], each["held"]) for each in both["thresholds"]][:2] == [
        ("p95 < 100ms", True),
        ("errors < 0.1%", False),
    ]


def test_a_threshold_holds_as_far_as_in_the_worst_shard(shards: list[dict[str, Any]]) -> None:
    worse = json.loads(json.dumps(shards[1]))
    worse["thresholds"][0] |= {"held": False, "value": 250.0}
    found = together(shards[0], worse)["thresholds"][0]
    assert (found["held"], found["value"]) == (False, 250.0)


def test_a_second_that_one_shard_has_not_told_yet_is_waited_for_and_not_for_ever() -> None:
    ahead, behind = (told_at(recorded(at, Shard(n, 2)), at, Shard(n, 2)) for n, at in enumerate((20, 19)))
    assert together(ahead, behind)["series"]["at"][-1] == 18
    assert together(ahead, {})["series"]["at"][-1] == 19
    gone = told_at(recorded(10, Shard(1, 2)), 10, Shard(1, 2))
    found = together(ahead, gone)["series"]
    assert found["at"] == list(range(17))
    assert (found["achieved"][9], found["achieved"][10]) == (100, 50)


def test_what_is_no_part_of_a_summary_is_left_out(shards: list[dict[str, Any]]) -> None:
    assert set(shards[0]) <= KNOWN
    assert (
        together({**shards[0], "state": "passed", "id": "another", "x": 1}).keys()
        == together(shards[0]).keys()
    )
    assert together({"state": "passed"})["state"] == "running"


@pytest.mark.parametrize("name", sorted(KNOWN))
@pytest.mark.parametrize("nonsense", [None, 7, "text", [1, None, {}], {"at": "x", "by_region": [1]}])
def test_nonsense_of_a_runner_of_another_version_breaks_nothing(
    shards: list[dict[str, Any]], name: str, nonsense: Any
) -> None:
    together(shards[0], {**shards[1], name: nonsense})
