import pytest

from meridian.config.loading import InvalidConfig
from meridian.config.validation import validate
from meridian.features import features
from tests.loadtest.scenario.targets import AVALO


def test_names_of_the_section_lead_somewhere() -> None:
    section = """
load_tests:
  targets:
    local: {edges: {EU: "http://eu.example"}}
    staging: {edges: {UE: "http://eu.example"}}
"""
    with pytest.raises(InvalidConfig) as caught:
        validate(AVALO.read_text() + section, features())
    assert [str(problem).split(": ", 1)[1] for problem in caught.value.problems] == [
        "load_tests.targets.local: `local` is this machine's world; give the target another name",
        "load_tests.targets.staging.edges.UE: there is no region UE; did you mean EU?",
    ]
