import pytest
from hypothesis import given
from hypothesis import strategies as st

from meridian.loadtest.report.axes import Linear, Log, linear, log, thinned, time_ticks

POSITIVE = st.floats(1e-3, 1e7)


@given(st.lists(POSITIVE, min_size=1))
def test_a_logarithmic_axis_reaches_round_values_around_all_of_them(values: list[float]) -> None:
    scale = log(values)
    assert scale.low <= min(values) * (1 + 1e-9)
    assert scale.high >= max(values) * (1 - 1e-9)
    assert all(0 <= scale.place(value) <= 1 for value in values)
    assert scale.ticks(str, 300)


@given(POSITIVE, POSITIVE)
def test_places_keep_the_order_of_values(one: float, other: float) -> None:
    for scale in (linear([one, other]), log([one, other])):
        assert (scale.place(one) - scale.place(other)) * (one - other) >= 0


def test_ticks_are_round_and_as_many_as_there_is_room_for() -> None:
    assert [tick.value for tick in Linear(0, 1080).ticks(str)] == [0, 250, 500, 750, 1000]
    assert [tick.value for tick in Log(10, 1000).ticks(str, 200)] == [10, 20, 50, 100, 200, 500, 1000]
    assert [tick.value for tick in Log(10, 1000).ticks(str, 90)] == [10, 100, 1000]


def test_without_values_there_still_is_an_axis() -> None:
    assert linear([None]) == Linear(0.0, 1.0)
    assert log([None, 0.0]) == Log(1.0, 10.0)
    assert Linear(0, 0).place(1) == 0.0
    assert Log(5, 5).place(7) == 0.0


@pytest.mark.parametrize(("end", "step"), [(10, 1), (600, 60), (3600, 600), (45_000, 7200)])
def test_times_are_marked_in_round_steps(end: float, step: int) -> None:
    ticks = time_ticks(end, str)
    assert ticks[1].value - ticks[0].value == step
    assert len(ticks) <= 11


def test_thinning_folds_neighbours_and_keeps_what_is_unknown() -> None:
    assert thinned([1, None, 3, 4, None, None], 3, max) == [1, 4, None]
    assert thinned([1.0, None], 5, max) == [1.0, None]
    assert thinned([], 5, max) == []
