"""What admission tells: counts for usage, blocks for operators, and a decision for each block and each loss of the counters."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from meridian.envoy.fold import EdgeFacts, Harvest
from meridian.limits.traffic.events import Events
from tests.limits.traffic.traffic import START

NOW = datetime.fromtimestamp(START + 30, UTC)
BLOCK = {
    "t": START + 1,
    "event": "block",
    "kind": "account",
    "subject": "0123456789abcdef0123456789abcdef",
    "shield": "login-guessing",
    "until": START + 3601,
    "failures": 5,
}


def harvest(*lines: dict[str, Any]) -> Harvest:
    fold = Events(EdgeFacts("EU", "EU-1", Path()))
    fold.add(int(START), lines)
    return fold.harvest(NOW)


def test_counts_of_exact_limits_are_added_up() -> None:
    row = {"admitted": 3, "refused": 1, "failed_open": 0, "failed_closed": 2}
    counts = {"t": START, "event": "counts", "policies": {"pay": row}}
    [record] = harvest(
        counts, counts, {"t": START, "event": "counts", "policies": {"x": {"admitted": "many"}}}
    ).records
    assert record["exact"] == [[int(START), "pay", 6, 2, 0, 4], [int(START), "x", 0, 0, 0, 0]]


def test_a_block_is_a_decision_and_a_row_of_the_table() -> None:
    found = harvest(BLOCK)
    [decision] = found.decisions
    assert decision.sentence == (
        "EU: login-guessing blocks account 0123456789ab until 17 Mar 18:46:41 UTC after 5 failed attempts"
    )
    assert (
        harvest({**BLOCK, "blocks": 3}).decisions[0].sentence.endswith("5 failed attempts, block 3 in a row")
    )
    assert (decision.controller, decision.kind) == ("limits.shield", "block")
    assert found.records[0]["blocks"] == [BLOCK]


def test_a_block_that_is_read_again_after_a_crash_is_the_same_decision() -> None:
    assert harvest(BLOCK).decisions[0].id == harvest(BLOCK).decisions[0].id
    assert harvest(BLOCK).decisions[0].id != harvest(BLOCK | {"kind": "address"}).decisions[0].id


def test_an_unblock_ends_the_block() -> None:
    over = {**BLOCK, "event": "unblock", "t": START + 60}
    found = harvest(BLOCK, over)
    assert [each.kind for each in found.decisions] == ["block", "unblock"]
    assert found.decisions[1].sentence == "EU: the block of account 0123456789ab by login-guessing is over"
    assert found.records[0]["blocks"] == [BLOCK, over], "in their order"


def test_the_loss_of_the_counters_and_their_return_are_decisions() -> None:
    away = {"t": START, "event": "store-away", "sentence": "Connection refused"}
    told = {**away, "t": START + 1, "effect": "the shared counters are away: login is refused"}
    lines = (away, told, {"t": START + 5, "event": "store-back"})
    assert [each.sentence for each in harvest(*lines).decisions] == [
        "EU: the shared counters of exact limits are away: Connection refused",
        "EU: the shared counters are away: login is refused",
        "EU: the shared counters of exact limits are back",
    ]


def test_what_makes_no_sense_stops_nothing() -> None:
    odd: list[dict[str, Any]] = [
        {"t": START},
        {"t": START, "event": 7},
        {"t": START, "event": "counts"},
        {"t": START, "event": "block"},
        {"t": START, "event": "block", "kind": [], "until": "soon", "failures": "x" * 1000},
        {"t": START, "event": "store-away", "sentence": "x" * 5000},
    ]
    found = harvest(*odd, BLOCK)
    assert all(len(each.sentence) <= 140 for each in found.decisions)
    assert found.records[0]["blocks"][-1] == BLOCK
