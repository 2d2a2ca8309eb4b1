from meridian.loadtest.live.heat import BOUNDS, COLUMNS, Heat, rows
from meridian.loadtest.outcomes import OK
from meridian.loadtest.record import Key, Second
from meridian.loadtest.record.latencies import MICROSECONDS


def second(*ms: float) -> Second:
    made = Second()
    for each in ms:
        place = MICROSECONDS.bucket(int(each * 1000))
        counts = made.latencies.setdefault(Key(0, "EU", "", "", OK), {})
        counts[place] = counts.get(place, 0) + 1
    return made


def test_each_latency_is_in_the_row_that_it_is_not_longer_than() -> None:
    for ms in (0.05, 0.3, 12.0, 999.0, 61_000.0):
        [row] = [place for place, n in enumerate(rows(second(ms))) if n]
        assert ms <= BOUNDS[row] * 1.001
        assert row == 0 or ms > BOUNDS[row - 1] * 0.999


def test_what_takes_longer_than_the_last_row_is_in_it() -> None:
    assert rows(second(500_000.0))[-1] == 1


def test_of_a_long_run_columns_are_of_several_seconds_that_begin_at_the_same_places() -> None:
    heat = Heat(3600.0)
    for at in range(1000):
        heat.add(at, second(5.0, 7.0))
    young = [(at, rows(second(9.0))) for at in range(1000, 1005)]
    found = heat.told(young)
    assert found["step"] == 3
    assert len(found["at"]) <= COLUMNS + 1
    assert all(at % 3 == 0 for at in found["at"])
    assert sum(sum(counts) for counts in found["counts"]) == 295 * 2 + 5
