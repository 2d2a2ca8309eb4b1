"""Every scenario in the documentation is one, and asks the bundled world for what it serves."""

import re
from pathlib import Path

import pytest

from meridian.loadtest.plan import Answer
from meridian.loadtest.scenario import python
from meridian.loadtest.scenario.crowd import User
from meridian.loadtest.scenario.loading import parsed
from meridian.loadtest.scenario.reference import INTRODUCTION
from meridian.loadtest.scenario.scenario import Scenario
from meridian.world.app_protocol import App
from meridian.world.endpoints import at

DOCS = Path(__file__).parents[3] / "docs"
PAGES = [DOCS.joinpath("load-tests.md").read_text(), INTRODUCTION, python.__doc__ or ""]


def examples() -> list[Scenario]:
    blocks = [found for page in PAGES for found in re.findall(r"```(yaml|python)\n(.*?)```", page, re.DOTALL)]
    found = [parsed(text) for kind, text in blocks if kind == "yaml" and "\nflow:" in text]
    found += [
        python.load(text, "own.py") for kind, text in blocks if kind == "python" and "\nscenario(" in text
    ]
    return found


@pytest.mark.parametrize("scenario", examples(), ids=lambda scenario: scenario.name)
def test_the_world_serves_what_it_asks_for(scenario: Scenario) -> None:
    for step in scenario.written.flow:
        method, path = step.request.split()
        served = [endpoint.method for endpoint in at(path.partition("?")[0])]
        assert method in served, step.request


@pytest.mark.parametrize("scenario", [each for each in examples() if each.custom], ids=lambda each: each.name)
def test_its_own_checks_hold_for_the_world_and_can_fail(scenario: Scenario) -> None:
    assert scenario.custom is not None
    user = User("load-7-1", "DE", "free", "EU", 0, "192.0.2.1")
    for name, checks in scenario.custom.load().items():
        [step] = [step for step in scenario.written.flow if step.name == name]
        method, path = step.request.split()
        for told, well in ((user.id, True), ("another", False)):
            sent = App("west", "EU").answer(method, path.partition("?")[0], {"user": told}, "", "")
            assert all((check(Answer(200, body=sent), user) in (None, True)) is well for _, check in checks)


def test_there_are_examples_and_what_follows_a_spike_is_seen() -> None:
    found = examples()
    assert len(found) == 3
    for scenario in found:
        spikes = [phase.shape == "spike" for phase in scenario.phases]
        assert not spikes[-1], scenario.name
