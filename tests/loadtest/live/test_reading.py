import pytest

from meridian.loadtest.live import reading


@pytest.mark.parametrize("value", [None, "7", True, [7], {}])
def test_what_is_no_number_is_none(value: object) -> None:
    assert reading.number({"n": value}, "n") is None
    assert reading.numbers({"n": [value, 7]}, "n") == [None, 7]


def test_what_is_missing_is_empty() -> None:
    assert (reading.part({}, "x"), reading.parts({"x": {}}, "x"), reading.items({"x": "abc"}, "x")) == (
        {},
        [],
        [],
    )


def test_sums_and_the_most_leave_out_what_is_none() -> None:
    several = [{"n": 2}, {"n": None}, {}, {"n": 5.5}]
    assert reading.total(several, "n") == 7.5
    assert reading.most(several, "n") == 5.5
    assert reading.most([{}], "n") is None
