from datetime import UTC, timedelta

import pytest

from meridian.core.clock import FakeClock, SystemClock


def test_a_fake_clock_moves_only_by_hand() -> None:
    clock = FakeClock()
    before = clock.now()
    assert clock.now() == before
    clock.advance(90)
    assert clock.now() - before == timedelta(seconds=90)
    assert clock.monotonic() == 90


def test_a_jump_moves_civil_time_and_no_duration() -> None:
    clock = FakeClock()
    before = clock.now()
    clock.jump(-3600)
    assert clock.now() - before == timedelta(hours=-1)
    assert clock.monotonic() == 0


def test_time_never_advances_backwards() -> None:
    with pytest.raises(ValueError, match="jump"):
        FakeClock().advance(-1)


def test_the_system_clock_is_in_utc_and_its_durations_never_run_backwards() -> None:
    clock = SystemClock()
    assert clock.now().tzinfo is UTC
    readings = [clock.monotonic() for _ in range(100)]
    assert readings == sorted(readings)
