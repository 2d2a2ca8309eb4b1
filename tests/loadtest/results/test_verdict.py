"""How a run ended, in one word and one sentence."""

from typing import Any

import pytest

from meridian.loadtest.results.summary import Validity, Verdict
from meridian.loadtest.results.verdict import LONGEST, clip, numbers, sentence, state
from tests.loadtest.results.runs import part, steady

RUN = part(steady(1, rate=1))
NUMBERS = numbers(1200, 120.0, 41.26, 0.0)


def validity(sentence: str = "") -> Validity:
    told: Any = {"valid": not sentence, "sentence": sentence}
    return told  # type: ignore[no-any-return]


def verdicts(*held: bool | None) -> list[Verdict]:
    told: Any = [{"held": each, "sentence": f"p9{at} is 800 ms"} for at, each in enumerate(held)]
    return told  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("held", "word", "said"),
    [
        ((), "passed", "1,200 requests at 120/s, p95 41.3 ms, errors 0 %; no objective"),
        ((True,), "passed", "1,200 requests at 120/s, p95 41.3 ms, errors 0 %; the objective holds"),
        ((True, True), "passed", "1,200 requests at 120/s, p95 41.3 ms, errors 0 %; all 2 objectives hold"),
        ((True, False), "failed", "p91 is 800 ms; 1,200 requests at 120/s, p95 41.3 ms, errors 0 %"),
        (
            (True, None, True),
            "passed",
            "1,200 requests at 120/s, p95 41.3 ms, errors 0 %; 2 of 3 objectives held, 1 not judged",
        ),
        ((None, False), "failed", "p91 is 800 ms; 1,200 requests"),
        ((False, True, False), "failed", "p90 is 800 ms (and 1 more); 1,200 requests at 120/s"),
    ],
)
def test_objectives_decide(held: tuple[bool | None, ...], word: str, said: str) -> None:
    found = state(RUN, validity(), verdicts(*held))
    assert found == word
    assert sentence(RUN, found, validity(), verdicts(*held), NUMBERS).startswith(said)


def test_what_the_generator_spoilt_is_neither() -> None:
    spoilt = validity("The load generator was late")
    assert state(RUN, spoilt, verdicts(False)) == "invalid"
    assert sentence(RUN, "invalid", spoilt, verdicts(False), NUMBERS) == "The load generator was late"


def test_a_long_sentence_is_cut_where_a_line_ends() -> None:
    assert clip("x" * LONGEST) == "x" * LONGEST
    assert clip("x" * 130 + " " * 9 + "y" * 9) == "x" * 130 + "…"
    assert numbers(1, 0.1, 5.0, 0.0).startswith("1 request at 0.1/s")
    assert numbers(0, 0.0, None, 0.0) == "0 requests at 0/s, no latency, errors 0 %"
