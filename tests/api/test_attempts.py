import pytest
from hypothesis import given
from hypothesis import strategies as st

from meridian.api.attempts import Attempts, TooManyAttempts, origin
from meridian.core.clock import FakeClock


def test_the_tenth_failure_in_a_minute_is_the_last_that_gets_an_answer():
    clock = FakeClock()
    attempts = Attempts(clock)
    for _ in range(10):
        attempts.check("192.0.2.1", "wrong")
        attempts.failed("192.0.2.1")
    with pytest.raises(TooManyAttempts) as refused:
        attempts.check("192.0.2.1", "wrong")
    assert 1 <= refused.value.retry_after <= 7
    attempts.check("192.0.2.2", "wrong")


def test_the_wait_that_is_told_is_long_enough():
    clock = FakeClock()
    attempts = Attempts(clock)
    for _ in range(10):
        attempts.failed("192.0.2.1")
    with pytest.raises(TooManyAttempts) as refused:
        attempts.check("192.0.2.1", "wrong")
    clock.advance(refused.value.retry_after)
    attempts.check("192.0.2.1", "wrong")


def test_a_token_that_was_good_lately_is_not_held_up_by_its_neighbours():
    attempts = Attempts(FakeClock())
    attempts.succeeded("good")
    for _ in range(50):
        attempts.failed("192.0.2.1")
    attempts.check("192.0.2.1", "good")
    with pytest.raises(TooManyAttempts):
        attempts.check("192.0.2.1", "other")


def test_memory_is_bounded_however_many_addresses_try():
    attempts = Attempts(FakeClock(), remembered=100)
    for number in range(1000):
        attempts.failed(f"10.0.{number // 256}.{number % 256}")
        attempts.succeeded(str(number))
    assert len(attempts._empty_at) == 100
    assert len(attempts._known) == 100


@given(st.lists(st.floats(0, 120), max_size=60))
def test_no_more_than_the_limit_and_one_each_step_ever_get_through(pauses):
    clock = FakeClock()
    attempts = Attempts(clock)
    through = 0
    for pause in pauses:
        clock.advance(pause)
        try:
            attempts.check("192.0.2.1", "wrong")
        except TooManyAttempts:
            continue
        through += 1
        attempts.failed("192.0.2.1")
    assert through <= 10 + clock.elapsed / 6 + 1


def test_an_ipv6_network_counts_as_one_client():
    assert origin("2001:db8::1") == origin("2001:db8::ffff") != origin("2001:db8:0:1::1")
    assert origin("::ffff:192.0.2.1") == origin("192.0.2.1") == "192.0.2.1"
    assert origin("") == origin("nonsense") == "unknown"
