"""Each measure that a threshold can have, against a run whose numbers are known."""

from typing import Any

import pytest

from meridian.loadtest.outcomes import ERROR, LIMITED, OK, TIMEOUT
from meridian.loadtest.record import Key, Record
from meridian.loadtest.results.summarise import summarise
from meridian.loadtest.results.summary import Verdict
from tests.loadtest.results.runs import memory, part, phase, scenario, steady

PHASES = [
    phase("warm", 0, 10, warm_up=True),
    phase("hold", 10, 50),
    phase("rush", 50, 80, shape="spike"),
    phase("after", 80, 90),
]
OUTCOMES = [OK] * 45 + [LIMITED] * 2 + [TIMEOUT] * 2 + [ERROR]


def record() -> Record:
    """50/s for 90 s, alternately of two steps and two regions; 1 to 50 ms; EU gets nothing from 60 to 62."""
    made = Record()
    for number in range(90 * 50):
        at = number / 50
        made.due(at)
        if number != 2000:
            made.sent(at, 0.0)
        region = "EU" if number % 2 else "US"
        outcome = OUTCOMES[number % 50]
        if region == "EU" and 60 <= at < 62:
            outcome = ERROR
        took = (1 + number % 50) / 1000
        made.sample(at, at + took, Key(number % 2, region, "a", "v1", outcome), number, outcome)
    memory(made, "app", [8e7 + 3e4 * at for at in range(90)])
    return made


RUN = record()


def judged(text: str) -> Verdict:
    return summarise(part(RUN, scenario(text, phases=PHASES), seconds=90.0))["thresholds"][0]


@pytest.mark.parametrize(
    ("text", "value", "held"),
    [
        ("p50 <= 25.1ms", 25, True),
        ("p75 < 37ms", 38, False),
        ("max < 51ms", 50, True),
        ("mean < 26ms", 25.5, True),
        ("chat.max < 51ms", 50, True),
        ("swipe.max < 49.1ms in US", 49, True),
        ("p95 < 100ms in MARS", None, False),
        ("limited < 5%", 158 / 4000, True),
        ("timeouts < 4.1% during hold", 0.04, True),
        ("errors < 6.1% during hold", 0.06, True),
        ("checks < 1%", 0, True),
        ("rate >= 99%", 3999 / 4000, True),
        ("rate >= 49/s during rush", 50, True),
        ("chat.rate >= 24/s", 25, True),
        ("gap < 1s", 2118, False),
        ("gap < 1s in US", 0, True),
        ("gap < 1s during hold", 0, True),
        ("recovery < 10s", 0, True),
        ("leak < 200MB/h", None, None),
        ("knee >= 10/s", None, None),
    ],
)
def test_measures(text: str, value: float | None, held: bool | None) -> None:
    found = judged(text)
    if value is None:
        assert found["value"] is None
        assert ("not judged" if held is None else "not measured") in found["sentence"]
    else:
        assert found["value"] == pytest.approx(value, rel=0.011)
    assert found["held"] is held


def test_sentences_say_what_was_wanted() -> None:
    assert judged("p75 < 37ms")["sentence"] == "p75 is 38 ms; wanted < 37 ms"
    assert judged("errors < 6.1% during hold")["sentence"] == "errors during hold are 6 % (< 6.1 %)"
    assert judged("knee >= 10/s")["sentence"] == (
        "knee was not judged (>= 10/s): too few rates were tried, 3 steps are needed"
    )


def short(text: str, **changes: Any) -> Verdict:
    """Of a run of 25 s that ends with its spike."""
    made = steady(seconds=25)
    memory(made, "app", [8e7] * 25)
    phases = [phase("hold", 0, 15), {**phase("rush", 15, 25), "shape": "spike"}]
    return summarise(part(made, scenario(text, phases=phases), seconds=25.0, **changes))["thresholds"][0]


@pytest.mark.parametrize(("growth", "held"), [(0.0, True), (3e5, False)])
def test_a_long_run_is_judged_by_its_memory(growth: float, held: bool) -> None:
    """growth: bytes a second; 3e5 are 1,030 MB an hour."""
    made = steady(seconds=260)
    memory(made, "app", [8e7 + growth * at for at in range(260)])
    told = scenario("leak < 200MB/h", phases=[phase("hold", 0, 260)])
    assert summarise(part(made, told, seconds=260.0))["thresholds"][0]["held"] is held


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("leak < 10MB/h", "no process was watched for long enough, 240 s after the warm-up are needed"),
        ("knee >= 10/s", "too few rates were tried, 3 steps are needed"),
        ("recovery < 30s", "it ended 0 s after what upset it, 35 s are needed"),
    ],
)
def test_what_a_short_run_cannot_measure_is_not_judged(text: str, reason: str) -> None:
    found = short(text)
    assert (found["held"], found["value"]) == (None, None)
    assert found["sentence"].endswith(reason)


def test_what_had_time_enough_to_be_normal_again_and_was_not_is_broken() -> None:
    made = Record()
    for number in range(6000):
        due = number / 100
        made.due(due)
        made.sent(due, 0.0)
        made.sample(due, due + (0.02 if due < 20 else 0.5), Key(0, "EU", "a", "v1", OK), number)
    phases = [phase("hold", 0, 20), {**phase("rush", 20, 25), "shape": "spike"}, phase("after", 25, 60)]
    for text, held in (("recovery < 30s", False), ("recovery < 31s", None)):
        found = summarise(part(made, scenario(text, phases=phases)))["thresholds"][0]
        assert (found["value"], found["held"]) == (None, held)
