"""A record may come from anybody: what it says of its scenario is looked over."""

from typing import Any

import pytest

from meridian.core.errors import InvalidInput
from meridian.loadtest.results.facts import scenario_facts
from tests.loadtest.results.runs import phase, scenario


def test_a_bound_is_that_of_this_run_not_of_the_text() -> None:
    told = scenario("knee >= 800/s")
    told["thresholds"][0]["bound"] = 80.0
    (objective,) = scenario_facts(told).objectives()
    assert (objective.text, objective.bound) == ("knee >= 800/s", 80.0)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"name": 7}, "cannot be read"),
        ({"phases": [{"name": "hold"}]}, "cannot be read"),
        ({"phases": [phase("hold", 0, 1)] * 201}, "cannot be read"),
        ({"thresholds": [{"text": "swiftness < 3", "bound": 3.0}]}, "cannot be read"),
        ({"phases": [phase("hold", 9, 3)]}, "the phase hold in this record ends before it begins"),
        ({"phases": [phase("hold", -1, 3)]}, "the phase hold in this record ends before it begins"),
    ],
)
def test_nonsense_is_refused_with_what_it_is(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        scenario_facts({**scenario(), **change})
