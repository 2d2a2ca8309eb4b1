import pytest

from meridian.core.errors import InvalidInput
from tests.loadtest.scenario.scenarios import of

BASE = {
    "name": "x",
    "title": "x",
    "load": "{phases: [{name: hold, for: 60s, rate: 10}]}",
    "flow": "[{name: swipe, request: POST /v1/swipe}]",
}


def problems(**more: str) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        of("".join(f"{name}: {value}\n" for name, value in {**BASE, **more}.items()))
    return [line.split(": ", 1)[1] for line in str(caught.value).splitlines()[1:]]


def test_every_problem_is_told_at_once() -> None:
    assert problems(
        load="{model: closed, at_once: 3, phases: [{name: a, for: 1s, rate: 3}, {name: a, for: 1s}]}",
        flow="[{name: s, request: GET /a, body: x}, {name: t, request: GET /b, think_varies: true}]",
        thresholds="[t.p95 < 1s, t.p95 < 1s, rate >= 9%, gap < 1s, knee > 3/s, u.p95 < 1s, p95 < 1s during b]",
        abort="[u.p95 > 1s for 3s]",
    ) == [
        "load.phases[0]: in a closed model phases have no rate; remove it, or write `model: open`",
        "load.phases[1].name: another phase is called a too; rename one of the two",
        "flow[0].body: a GET has no body; remove it",
        "flow[1].think_varies: there is no pause that could vary; add `think: 2s`",
        "thresholds[1]: `t.p95 < 1s` stands here twice; remove one of the two",
        "thresholds[2]: a closed model asks for no rate; write it in requests a second, such as `rate >= 50/s`",
        "thresholds[3]: nothing is broken, so no gap is looked for; add `chaos`, or remove this",
        "thresholds[4]: at one rate there is no knee to find; add a phase with `steps`, or one with `from` and `to`",
        "thresholds[5]: there is no step u; use one of s, t",
        "thresholds[6]: there is no phase b; use one of a",
        "abort[0]: there is no step u; use one of s, t",
    ]


def test_a_load_of_nothing_is_said() -> None:
    assert problems(load="{at_once: 3, phases: [{name: a, for: 1s, rate: 0}]}") == [
        "load.at_once: `at_once` belongs to `model: closed`; remove it",
        "load.phases: all rates are zero, so nothing would be sent; give one a rate",
    ]
