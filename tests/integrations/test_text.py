from datetime import timedelta

import pytest

from meridian.integrations.text import cut, facts, headline, lasted, one_line
from tests.integrations.notices import ACKNOWLEDGED, AT, FIRING, RESOLVED, notice


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (59, "59s"), (250, "4m 10s"), (3600, "1h"), (90_061, "1d 1h"), (-5, "0s")],
)
def test_how_long_it_lasted_has_two_units_at_most(seconds: int, text: str) -> None:
    assert lasted(notice(started=AT, resolved=AT + timedelta(seconds=seconds))) == text


def test_each_state_has_its_headline() -> None:
    assert headline(FIRING) == "SEV-1: europe-west1 is down"
    assert headline(ACKNOWLEDGED) == "Acknowledged (SEV-1): europe-west1 is down"
    assert headline(RESOLVED) == "Resolved (SEV-1): europe-west1 is down"
    assert headline(notice(status="change")) == "europe-west1 is down"
    assert headline(notice(status="test")) == "Test: europe-west1 is down"


def test_facts_come_in_the_order_in_which_people_ask() -> None:
    assert [name for name, _ in facts(RESOLVED)] == [
        "Subject",
        "Since",
        "Lasted",
        "Alerts",
        "location_up",
        "error_rate",
    ]
    assert ("Acknowledged by", "anna") in facts(ACKNOWLEDGED)


def test_cutting_says_that_something_is_missing() -> None:
    assert (cut("abc", 3), cut("abcd", 3)) == ("abc", "ab…")


def test_a_line_stays_one_line() -> None:
    assert one_line("a\r\nBcc: b\x00\ud800") == "a Bcc: b��"
