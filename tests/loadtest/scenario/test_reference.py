import re

from meridian.loadtest.scenario import python
from meridian.loadtest.scenario.loading import parsed
from meridian.loadtest.scenario.reference import INTRODUCTION, markdown
from meridian.loadtest.scenario.thresholds import IMPLIED, MEASURES, threshold


def test_every_setting_and_every_measure_is_described() -> None:
    page = markdown()
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| `")]
    assert all(len(row[-1]) > 3 for row in rows)
    told = {row[0].strip("| `") for row in rows}
    assert set(MEASURES) <= told
    assert {"countries", "think_varies", "warm_up", "residency", "at_once", "do"} <= told


def test_its_examples_are_scenarios() -> None:
    yaml, own = re.findall(r"```(?:yaml|python)\n(.*?)```", INTRODUCTION, re.DOTALL)
    assert parsed(yaml).name == "evening"
    assert python.load(own, "feeds.py").to_json()["steps"][0]["checks"] == ["for_this_user"]


def test_the_implied_objective_is_told() -> None:
    assert f"`{IMPLIED}`" in markdown()
    assert threshold(IMPLIED).measure == "errors"
