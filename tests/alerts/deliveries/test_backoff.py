from datetime import timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meridian.alerts.deliveries.backoff import LONGEST, OBEYED, pause, retry_after
from tests.integrations.notices import AT


def test_pauses_double_up_to_a_minute() -> None:
    assert [pause(n, 1.0) for n in (1, 2, 3, 7, 8, 1000)] == [1, 2, 4, 60, 60, 60]
    assert pause(3, 0.0) == 2.0


@settings(deadline=None)
@given(st.integers(0, 10**9), st.floats(0, 1))
def test_a_pause_is_never_nothing_and_never_long(attempts: int, chance: float) -> None:
    assert 0.5 <= pause(attempts, chance) <= LONGEST


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("999999999999999999999", OBEYED),
        (format_datetime(AT + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(AT - timedelta(seconds=90), usegmt=True), 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", OBEYED),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("7.5", None),
        ("٣", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_within_reason(header: str, seconds: float | None) -> None:
    assert retry_after(header, AT) == seconds


@settings(deadline=None)
@given(st.text(max_size=60))
def test_garbage_asks_for_nothing_unreasonable(header: str) -> None:
    found = retry_after(header, AT)
    assert found is None or 0 <= found <= OBEYED
