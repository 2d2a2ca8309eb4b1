from meridian.loadtest.report.happenings import AT_ONCE, happenings
from tests.loadtest.report.sample import empty, summary


def test_events_have_the_numbers_of_the_flags_and_their_sentences() -> None:
    made = happenings(summary(600))
    assert made.count("<li>") == 7
    assert "sends on to europe-west4" in made
    assert "6 s after the spike" in made


def test_many_events_are_folded_and_none_is_lost() -> None:
    given = summary(600)
    given["events"] = given["events"] * 10
    made = happenings(given)
    assert made.count("<li>") == 70
    assert f"{70 - AT_ONCE} more events" in made


def test_without_events_there_is_a_sentence() -> None:
    assert "Nothing was broken on purpose" in happenings(empty())
