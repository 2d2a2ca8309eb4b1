import pickle
from textwrap import dedent

import pytest

from meridian.core.errors import InvalidInput
from meridian.loadtest.outcomes import CHECK, OK
from meridian.loadtest.plan import Answer, Shard
from meridian.loadtest.scenario import python
from meridian.loadtest.scenario.plan import ScenarioPlan
from tests.loadtest.scenario.targets import target

OWN = """\
from meridian.loadtest.scenario.python import scenario

STEPS = ["swipe", "feed"]


def has_matches(answer, user):
    return None if b"matches" in answer.body else f"{user.home} has none"


scenario(
    name="own",
    title="One of one's own",
    users={"count": 10},
    load={"phases": [{"name": "hold", "for": "10s", "rate": 5}]},
    flow=[{"name": name, "request": f"GET /v1/{name}"} for name in STEPS],
    thresholds=["p95 < 200ms"],
    checks={"swipe": [has_matches]},
)
"""


def told(text: str) -> str:
    with pytest.raises(InvalidInput) as caught:
        python.load(dedent(text), "own.py")
    return str(caught.value)


def test_a_scenario_is_what_the_same_in_yaml_would_be() -> None:
    found = python.load(OWN, "own.py")
    assert (found.name, found.seconds, found.top) == ("own", 10.0, 5.0)
    assert [step.request for step in found.written.flow] == ["GET /v1/swipe", "GET /v1/feed"]
    assert [(one.text, one.line) for one in found.thresholds] == [
        ("p95 < 200ms", 16),
        ("errors < 1% (implied)", 0),
    ]
    assert found.to_json()["steps"][0]["checks"] == ["has_matches"]


def test_its_checks_travel_to_other_processes() -> None:
    plan: ScenarioPlan = pickle.loads(pickle.dumps(python.load(OWN, "own.py").plan(target(), seed=1)))
    plan.prepare(Shard())
    asked = plan.begin(0)
    assert asked is not None
    assert plan.judge(asked, Answer(200, body=b"matches")).outcome == OK
    seen = plan.judge(asked, Answer(200, body=b"nothing"))
    assert (seen.outcome, seen.detail) == (CHECK, "has_matches")


def test_a_setting_that_is_wrong_is_told_with_its_own_line() -> None:
    wrong = OWN.replace('"rate": 5', '"rat": 5').replace("p95 < 200ms", "p95 < 200")
    assert told(wrong).splitlines() == [
        "own.py has 2 problems",
        "own.py:14:60: load.phases[0].rat: there is no such setting; did you mean rate?",
        "own.py:16:17: thresholds[0]: `p95 < 200` has no unit; write for example 200ms",
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x = (", "own.py:1: this is not Python: '(' was never closed"),
        ("x = 1", "own.py declares no scenario; call `scenario(name=..., ...)` in it"),
        ("\n\nx = y", "own.py:3: NameError: name 'y' is not defined"),
        ("def f():\n    return 1 / 0\n\nf()", "own.py:2: ZeroDivisionError: division by zero"),
        (
            "import json\njson.loads('x')",
            "own.py:2: JSONDecodeError: Expecting value: line 1 column 1 (char 0)",
        ),
        ("raise SystemExit(3)", "own.py:1: SystemExit: 3"),
        ("import sys\n\nsys.exit()", "own.py:3: SystemExit: no reason given"),
        (
            OWN + "scenario(name='b')",
            "own.py:19: a second scenario; keep one in a file (the first is on line 10)",
        ),
        (
            OWN.replace('checks={"swipe"', 'checks={"swip"'),
            "own.py:10: checks: there is no step swip; did you mean swipe?",
        ),
        (
            OWN.replace("[has_matches]", "[7]"),
            "own.py:10: checks: 7 is no function of an answer and a user",
        ),
    ],
)
def test_a_mistake_is_told_as_a_sentence_with_its_line(text: str, sentence: str) -> None:
    assert told(text) == sentence


def test_outside_of_such_a_file_there_is_nothing_to_declare() -> None:
    with pytest.raises(InvalidInput, match="a scenario is declared in a file that `meridian load` reads"):
        python.scenario(name="x")
