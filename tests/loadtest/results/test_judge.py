"""Each measure that a threshold can have, against a run whose numbers are known."""

import pytest

from meridian.loadtest.outcomes import ERROR, LIMITED, OK, TIMEOUT
from meridian.loadtest.record import Key, Record
from meridian.loadtest.results.judge import amount
from meridian.loadtest.results.summarise import summarise
from meridian.loadtest.results.summary import Verdict
from tests.loadtest.results.runs import memory, part, phase, scenario

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
        ("leak < 200MB/h", 0, True),
        ("knee >= 10/s", None, False),
    ],
)
def test_measures(text: str, value: float | None, held: bool) -> None:
    found = judged(text)
    if value is None:
        assert found["value"] is None
        assert "not measured" in found["sentence"]
    else:
        assert found["value"] == pytest.approx(value, rel=0.011)
    assert found["held"] is held


def test_sentences_say_what_was_wanted() -> None:
    assert judged("p75 < 37ms")["sentence"] == "p75 is 38 ms; wanted < 37 ms"
    assert judged("errors < 6.1% during hold")["sentence"] == "errors during hold are 6 % (< 6.1 %)"
    assert judged("knee >= 10/s")["sentence"] == "knee was not measured; wanted >= 10/s"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(0.0123, "%", "1.23 %"), (1666.6, "/s", "1,667/s"), (0.5, "ms", "0.5 ms"), (12345.0, "ms", "12,345 ms")],
)
def test_amounts_are_short(value: float, unit: str, text: str) -> None:
    assert amount(value, unit) == text
