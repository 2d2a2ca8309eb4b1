from meridian.limits.exact.clock import StoreClock


def test_it_is_civil_time_moved_on_by_the_monotonic_clock() -> None:
    readings = {"monotonic": 50.0, "civil": 1_900_000_000.0}
    clock = StoreClock(lambda: readings["monotonic"], lambda: readings["civil"])
    readings |= {"monotonic": 51.5, "civil": 5.0}  # somebody set the machine's clock
    assert clock.now() == 1_900_000_001_500_000


def test_the_store_knows_better() -> None:
    readings = {"monotonic": 50.0}
    clock = StoreClock(lambda: readings["monotonic"], lambda: 1_900_000_000.0)
    readings["monotonic"] = 50.2
    clock.told(1_900_000_777_000_000, 50.0)
    assert clock.now() == 1_900_000_777_100_000
