"""What makes a second of the generator late, and how many of its requests that spoils."""

import pytest

from meridian.loadtest.record import Record, Second
from meridian.loadtest.results.lateness import LAG_MS, lag_ms, late, spoilt, too_many


@pytest.mark.parametrize(
    ("second", "is_late"),
    [
        (Second(due=5, sent=5), False),
        (Second(due=5, sent=4), True),
        (Second(due=1, sent=1, beat=99_000), False),
        (Second(due=1, sent=1, beat=101_000), True),
        (Second(due=1, sent=1, trouble={"a process died": 1}), True),
    ],
)
def test_what_makes_a_second_late(second: Second, is_late: bool) -> None:
    assert late(second) is is_late


def sent(*lags: float) -> Second:
    record = Record()
    for lag in lags:
        record.due(0.0)
        record.sent(0.0, lag)
    return record.second(0)


def test_one_request_in_a_hundred_makes_no_second_late() -> None:
    calm, hurried = sent(*[0.001] * 99, 0.5), sent(*[0.001] * 97, 0.5, 0.5, 0.5)
    assert not late(calm)
    assert late(hurried)
    assert lag_ms(calm) < LAG_MS < lag_ms(hurried)
    assert (spoilt(calm), spoilt(hurried)) == (1, 3)
    assert lag_ms(Second()) == 0.0


def test_requests_that_were_never_sent_or_waited_unread_are_spoilt_too() -> None:
    assert spoilt(Second(due=5, sent=3)) == 2
    assert spoilt(Second(due=100, sent=100, beat=500_000)) == 50
    assert spoilt(Second(due=100, sent=100, beat=90_000)) == 0


def test_a_hundredth_is_not_yet_too_many() -> None:
    assert not too_many(10, 1000)
    assert too_many(11, 1000)
