import pytest

from meridian.core.clock import FakeClock
from meridian.regions.latency.allowance import Allowance, TooMany


def test_a_network_may_send_so_many_and_more_as_time_goes_by() -> None:
    clock = FakeClock()
    allowance = Allowance(clock, most=60, period=60.0)
    allowance.take("10.0.0.0/24", 60)
    with pytest.raises(TooMany) as refused:
        allowance.take("10.0.0.0/24", 1)
    assert refused.value.retry_after == 1
    clock.advance(1.0)
    allowance.take("10.0.0.0/24", 1)


def test_what_is_refused_costs_nothing_and_others_are_not_held_up() -> None:
    clock = FakeClock()
    allowance = Allowance(clock, most=10, period=10.0)
    for _ in range(5):
        with pytest.raises(TooMany):
            allowance.take("10.0.0.0/24", 11)
    allowance.take("10.0.0.0/24", 10)
    allowance.take("10.0.1.0/24", 10)


def test_memory_is_bounded_however_many_networks_send() -> None:
    allowance = Allowance(FakeClock(), remembered=100)
    for number in range(1000):
        allowance.take(f"network-{number}", 1)
    assert len(allowance._whole_at) == 100
