from typing import Any

from meridian.world.stranding import sentences
from tests.world.conftest import CONFIG

REGIONS = {"EU": ["europe-west1", "europe-west4"], "US": ["us-central1"]}


def world(*down: str, faults: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    processes = [
        {"name": f"app:{location}", "state": "held" if location in down else "running"}
        for there in REGIONS.values()
        for location in there
    ]
    return {"processes": processes, "faults": faults or [], "regions": REGIONS}


def drained(*locations: str) -> list[dict[str, Any]]:
    return [{"location": location, "share": 1.0, "to": 1.0} for location in locations]


def active() -> Any:
    return {"text": CONFIG}


def test_nobody_is_stranded_while_one_location_is_left() -> None:
    assert sentences(world("europe-west1"), (), lambda: 1 / 0) == []


def test_a_region_that_is_down_and_drained_strands_its_users_and_those_of_its_pinned_features() -> None:
    assert sentences(world("europe-west4"), drained("europe-west1"), active) == [
        "users of EU have nowhere to go",
        "users of US have nowhere to go for 1 of 3 features (wallet)",
        "users of APAC have nowhere to go for 1 of 3 features (wallet)",
    ]


def test_a_partition_takes_a_location_away_and_without_control_it_says_what_it_knows() -> None:
    cut = [{"target": "us-central1", "verb": "partition"}]
    assert sentences(world(faults=cut), (), lambda: None) == ["every location of US is down or drained"]
