import pytest

from meridian.loadtest.scenario.aborts import abort_rule


def test_a_rule_is_a_condition_and_how_long_it_must_hold() -> None:
    rule = abort_rule(" swipe.errors > 50% in EU for 2m ", 9)
    assert (rule.text, rule.line, rule.seconds) == ("swipe.errors > 50% in EU for 2m", 9, 120.0)
    assert (rule.when.measure, rule.when.step, rule.when.region, rule.when.bound) == (
        "errors",
        "swipe",
        "EU",
        0.5,
    )
    assert rule.when.holds(0.51)
    assert not rule.when.holds(0.5)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("errors > 50%", "`errors > 50%` does not say for how long; write `errors > 50% for 10s`"),
        ("erors > 50%", "erors is not measured; did you mean errors?"),
        ("erors > 50% for 3s", "erors is not measured; did you mean errors?"),
        ("errors > 5% for 0.5s", "`for 500ms` is too short, as seconds are looked at; write at least 1s"),
        (
            "errors > 5% during hold for 5s",
            "an abort rule holds during the whole run; write it without `during`",
        ),
        (
            "recovery > 5s for 5s",
            "recovery is known when the run is over; wait for errors, limited, rate or a latency",
        ),
    ],
)
def test_what_is_wrong_is_said(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        abort_rule(text)
    assert str(caught.value) == sentence
