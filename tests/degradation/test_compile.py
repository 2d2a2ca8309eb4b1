"""What levels compile to: a golden file, the same bytes every time, and nothing at all while everything is normal."""

import json
from pathlib import Path

import pytest

from meridian.degradation.compile import compile_degradation, tables
from meridian.degradation.state import EVERYWHERE, DegradationState
from meridian.envoy.compiler import compile_edges
from meridian.envoy.contribution import Contribution, EdgeContext
from meridian.features import features
from tests.degradation.levels import config
from tests.support.configs import KEYS, local_inventory, small

GOLDEN = Path(__file__).parent / "golden"
STATE = DegradationState({EVERYWHERE: 1, "EU": 3})


def context(state: DegradationState, **replaced: object) -> EdgeContext:
    policy = small(**replaced) if replaced else config()
    return EdgeContext(policy, local_inventory(policy), "EU", {"degradation": state})


def test_compiles_to_the_golden_file(request: pytest.FixtureRequest) -> None:
    [part] = compile_degradation(context(STATE)).lua
    found = json.dumps(part.tables, indent=2, sort_keys=True) + "\n"
    file = GOLDEN / "tables.json"
    if request.config.getoption("--renew-golden"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(found)
    assert file.read_text() == found, "the tables changed; look at them, then --renew-golden"


def test_at_level_0_nothing_is_added_but_the_header_that_tells_of_levels() -> None:
    normal = compile_degradation(context(DegradationState()))
    assert (normal.lua, normal.echoed) == ((), ("x-meridian-degraded",))
    assert compile_degradation(context(STATE, degradation={})) == Contribution()


def test_the_higher_level_of_a_region_and_of_everywhere_counts() -> None:
    found = tables(config(), DegradationState({EVERYWHERE: 2, "EU": 1, "US": 3}))
    assert {region: table["level"] for region, table in found.items()} == {"EU": "2", "US": "3", "APAC": "2"}


def test_only_the_stamp_changes_with_the_level() -> None:
    policy = config()
    where = local_inventory(policy)
    normal, degraded = (
        compile_edges(policy, where, features(), {"degradation": state}, KEYS)
        for state in (DegradationState(), STATE)
    )
    for region, snapshot in degraded.items():
        assert set(snapshot.changed(normal[region])) == {"extensions/stamp.json"}
