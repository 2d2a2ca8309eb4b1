"""What control says to edges that share limits, and what of it is journalled."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from meridian.core.clock import FakeClock
from meridian.core.errors import Conflict
from meridian.core.journal import MemoryJournal
from meridian.core.runner import Runner
from meridian.envoy.report import EdgeReport
from meridian.limits.sharing.controller import Sharing
from tests.limits.policy import config
from tests.support.configs import small


@dataclass
class Region:
    """Edges of EU that report every 2 s what has come to them, and hold what they are advised."""

    limited: bool = True
    clock: FakeClock = field(default_factory=FakeClock)
    counters: dict[str, int] = field(default_factory=dict)
    held: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.journal = MemoryJournal(self.clock)
        self.control_starts()

    def control_starts(self) -> None:
        self.sharing = Sharing(cast(Any, self))
        policy = config() if self.limited else small(limits={})
        self.runner = Runner((self.sharing,), self.journal, self.clock, lambda: policy)

    def report(self, name: str) -> dict[str, Any]:
        advice = {"limits": self.held[name]} if name in self.held else {}
        told = EdgeReport(region="EU", instance=name, clients=self.counters.get(name, 1), advice=advice)
        answer = dict(self.sharing.advise(told))
        if answer:
            self.held[name] = answer
        return answer

    def run(self, seconds: int, **rates: int) -> None:
        """rates: edge -> requests a second."""
        for _ in range(seconds):
            self.clock.advance(1.0)
            for name, rate in rates.items():
                self.counters[name] = self.counters.get(name, 1) + rate
                if int(self.clock.elapsed) % 2 == 0:
                    self.report(name)
            asyncio.run(self.runner.cycle(self.sharing))

    def shares(self) -> dict[str, float]:
        return {name: held["share"] for name, held in self.held.items()}

    def sentences(self) -> list[str]:
        return [each.sentence for each in self.journal.entries.values()]


def test_one_edge_holds_everything_and_there_is_nothing_to_tell() -> None:
    region = Region()
    region.run(30, one=100)
    assert region.shares() == {"one": 1.0}
    assert region.sentences() == []


def test_two_edges_hold_what_comes_to_them_and_a_large_move_is_told_once() -> None:
    region = Region()
    region.run(30, one=100, two=100)
    assert region.shares() == {"one": 0.5, "two": 0.5}
    assert region.sentences() == []
    region.run(30, one=180, two=20)
    assert region.shares() == {"one": pytest.approx(0.9, abs=0.02), "two": pytest.approx(0.1, abs=0.02)}
    assert region.sentences() == [
        "EU: 2 edges; limits are held as 200 requests/s come in: one 90 %, two 10 %"
    ]


def test_an_edge_that_comes_and_one_that_goes_are_told_with_numbers() -> None:
    region = Region()
    region.run(20, one=100)
    region.run(1, one=100)
    assert region.report("two") == {"share": 0.5}
    region.run(20, one=100, two=100)
    assert region.shares() == {"one": 0.5, "two": 0.5}
    region.run(25, two=200)
    assert region.held["two"] == {"share": 1.0}
    assert region.sentences() == [
        "EU: 2 edges, 1 before; limits are held as 200 requests/s come in: one 50 %, two 50 %",
        "EU: 1 edge, 2 before; limits are held as 190 requests/s come in: two 100 %",
    ]


def test_a_control_that_starts_again_changes_nothing_and_journals_nothing() -> None:
    region = Region()
    region.run(40, one=180, two=20)
    before, told = region.shares(), region.sentences()
    region.control_starts()
    assert region.report("one") == {}
    region.run(30, one=180, two=20)
    assert region.shares() == before
    assert region.sentences() == told


def test_a_process_that_does_not_lead_leaves_edges_as_they_are() -> None:
    region = Region()
    region.run(40, one=180, two=20)
    for _ in range(20):
        region.clock.advance(1.0)
        answers = [region.report("one"), region.report("two")]
    assert answers == [{}, {}]


def test_without_limits_shares_are_nobody_s_news() -> None:
    region = Region(limited=False)
    region.run(20, one=100)
    region.run(20, one=100, two=100)
    assert region.shares() == {"one": 0.5, "two": 0.5}
    assert region.sentences() == []


def test_decisions_replay_to_themselves() -> None:
    region = Region()
    region.run(30, one=100, two=100)
    region.run(30, one=180, two=20)
    for decision in region.journal.entries.values():
        again = region.sharing.replay(config(), dict(decision.evidence))
        assert [(each.sentence, each.evidence) for each in again] == [(decision.sentence, decision.evidence)]
    with pytest.raises(Conflict, match="cannot be read"):
        region.sharing.replay(config(), {"region": "EU"})
