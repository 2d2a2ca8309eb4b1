import pytest

from meridian.loadtest.report.effects import Effect
from meridian.loadtest.report.wording import sentence, unexplained
from meridian.loadtest.results.gaps import Gap

GAP = Gap("EU", 40.0, 40.412, 0.01, True)


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (None, "kill a: clients did not notice; nobody was served from there at the time"),
        (
            Effect("EU", "a", "", None, None, 0, None),
            "kill a: users of EU did not notice; no request failed, and none was missing",
        ),
        (
            Effect("EU", "a", "b", {"at": 40.1, "number": 7, "what": "broken"}, GAP, 1_200, 48.04),
            "kill a, for EU: 1,200 failed, 412 ms without an answer, b took over, normal after 8 s",
        ),
        (
            Effect("EU", "a", "", {"at": 40.1, "number": 7, "what": "broken"}, None, 3, None),
            "kill a, for EU: 3 failed, not normal again in this run",
        ),
        (
            Effect("EU", "a", "", None, GAP, 0, 40.412),
            "kill a, for EU: none failed, 412 ms without an answer, normal after 412 ms",
        ),
    ],
)  # fmt: skip
def test_each_entry_has_one_sentence_with_its_numbers(seen: Effect | None, said: str) -> None:
    assert sentence("kill a", 40.0, seen, "EU") == said


def test_a_gap_without_a_reason_says_that() -> None:
    assert (
        unexplained(GAP)
        == "users of EU got nothing for 412 ms; nothing was broken on purpose or decided then"
    )
