"""From the end of a spike, or of what was broken, until all is as before."""

import numpy as np

from meridian.loadtest.results.facts import scenario_facts
from meridian.loadtest.results.reading import Moment
from meridian.loadtest.results.recovery import recovery
from meridian.loadtest.results.summary import Event, Recovery
from tests.loadtest.results.runs import phase, scenario

SPIKE = [phase("calm", 0, 30), phase("rush", 30, 40, 2000.0, shape="spike"), phase("after", 40, 90)]
CALM = [phase("hold", 0, 90)]


def moments(bad: set[int], ms: float = 400.0, failed: int = 0) -> list[Moment]:
    chance = np.random.default_rng(3)
    found = []
    for at in range(90):
        p95 = ms if at in bad else 80 + 4 * float(chance.standard_normal())
        wrong = failed if at in bad else 0
        found.append(Moment(at, False, 100, 100, 100 - wrong, wrong, 100, p95, 0.1, False, 0, ()))
    return found


def found(moments: list[Moment], phases: list[dict[str, object]], *events: Event) -> Recovery | None:
    return recovery(moments, scenario_facts(scenario(phases=phases)).phases, events, 90.0)


def chaos(at: float, what: str) -> Event:
    return {"at": at, "what": what, "by": "chaos", "sentence": what}


def test_recovery_after_a_spike_counts_from_its_end() -> None:
    told = found(moments(set(range(30, 47))), SPIKE)
    assert told is not None
    assert told["seconds"] == 7
    assert told["sentence"].startswith("Normal again 7 s after the end of rush")


def test_a_single_good_second_is_no_recovery() -> None:
    told = found(moments(set(range(30, 60)) - {44, 50, 51, 52, 53}), SPIKE)
    assert told is not None
    assert told["seconds"] == 20


def test_errors_are_as_bad_as_slowness() -> None:
    told = found(moments(set(range(30, 45)), ms=80.0, failed=10), SPIKE)
    assert told is not None
    assert told["seconds"] == 5


def test_a_target_that_was_never_upset_recovers_at_once() -> None:
    told = found(moments(set()), SPIKE)
    assert told is not None
    assert told["seconds"] == 0


def test_one_that_stays_bad_has_not_recovered() -> None:
    told = found(moments(set(range(30, 87))), SPIKE)
    assert told is not None
    assert told["seconds"] is None
    assert told["sentence"].startswith("Not normal again after the end of rush for 5 s on end")


def test_chaos_counts_from_when_it_was_mended_or_else_from_when_it_began() -> None:
    mended = found(moments(set(range(30, 52))), CALM, chaos(30.0, "kill eu-1"), chaos(50.0, "restore eu-1"))
    assert mended is not None
    assert mended["seconds"] == 2
    left = found(moments(set(range(30, 36))), CALM, chaos(30.0, "kill eu-1"), chaos(50.0, "restore us-1"))
    assert left is not None
    assert left["seconds"] == 6
    assert left["sentence"].startswith("Normal again 6 s after `kill eu-1`")


def test_without_a_before_nothing_is_known() -> None:
    told = found(moments(set()), CALM, chaos(3.0, "kill eu-1"))
    assert told == {
        "seconds": None,
        "sentence": "It is not known what is normal: fewer than 5 s were measured before",
    }
    assert found(moments(set()), CALM) is None


def test_a_delay_that_nobody_notices_is_normal() -> None:
    told = found(moments(set(range(30, 47)), ms=99.0), SPIKE)
    assert told is not None
    assert told["seconds"] == 0
