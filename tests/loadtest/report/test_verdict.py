import pytest

from meridian.loadtest.report.numbers import ms
from meridian.loadtest.report.verdict import key_figures, masthead, measured, objectives
from tests.loadtest.report.sample import empty, summary


def test_the_first_thing_said_is_the_state_the_title_and_the_sentence() -> None:
    given = summary(60)
    made = masthead(given)
    places = [made.index(each) for each in ("Failed", given["title"], "1 of 4 objectives missed")]
    assert places == sorted(places)


@pytest.mark.parametrize("state", ["passed", "failed", "invalid", "aborted", "stopped", "running"])
def test_every_state_has_a_word(state: str) -> None:
    assert state.capitalize() in masthead(empty(state))


def test_each_objective_is_told_with_what_was_measured_and_whether_it_held() -> None:
    given = summary(60)
    made = objectives(given)
    held = sum(each["held"] for each in given["thresholds"])
    assert f"{held} of 4 objectives held" in made
    assert made.count("✓ held") == held
    assert made.count("✕ not held") == 4 - held
    assert ms(given["thresholds"][0]["value"]) in made


def test_an_objective_that_nothing_was_measured_for_does_not_hold() -> None:
    given = empty()
    given["thresholds"] = [
        {"text": "p95 < 1s", "where": "swipe", "value": None, "bound": 1000, "unit": "ms", "held": False, "sentence": "no answer"}
    ]  # fmt: skip
    made = objectives(given)
    assert "nothing was measured" in made
    assert "✕ not held" in made


def test_a_bound_of_zero_is_held_by_zero_only() -> None:
    given = empty()
    each = {"text": "errors <= 0", "where": "overall", "bound": 0.0, "unit": "%", "sentence": ""}
    given["thresholds"] = [{**each, "value": 0.0, "held": True}, {**each, "value": 0.1, "held": False}]  # type: ignore[typeddict-item]
    assert "1 of 2 objectives held" in objectives(given)


def test_validity_is_told_with_the_seconds_that_were_late() -> None:
    given = summary(400)
    made = objectives(given)
    assert "The measurement is valid." in made
    assert "Late seconds: 6:11, 6:12." in made
    assert "The measurement is not valid." in objectives(empty())


def test_key_figures_are_those_of_the_summary() -> None:
    given = summary(60)
    made = key_figures(given)
    for said in (
        f"{given['achieved']['requests']:,}",
        f"of {given['asked']['requests']:,} that were due",
        ms(given["latency"]["p50"]),
        ms(given["latency"]["p95"]),
        ms(given["latency"]["p99"]),
        ms(given["latency"]["max"]),
    ):
        assert said in made


def test_a_measured_value_is_in_the_unit_of_its_objective() -> None:
    assert [
        measured(0.004, "%"),
        measured(1520, "ms"),
        measured(166.0, "/s"),
        measured(3, "requests"),
    ] == [
        "0.4 %",
        "1.52 s",
        "166/s",
        "3 requests",
    ]
    assert measured(None, "ms") == "–"
