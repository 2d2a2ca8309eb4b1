import pytest
from hypothesis import given
from hypothesis import strategies as st

from meridian.core.errors import InvalidInput
from meridian.world.trouble import ErrorShare, Trouble


@given(st.floats(0.001, 1), st.integers(1, 500))
def test_the_share_of_errors_is_exact(share: float, count: int) -> None:
    errors = ErrorShare()
    failed = sum(errors.next_fails(share) for _ in range(count))
    assert abs(failed - share * count) < 1


def test_no_share_means_no_error() -> None:
    errors = ErrorShare()
    assert not any(errors.next_fails(0.0) for _ in range(100))


def test_changing_one_fault_leaves_the_others() -> None:
    assert Trouble(slow=5).changed({"hang": True}) == Trouble(slow=5, hang=True)


@pytest.mark.parametrize("raw", [{"slow": -1}, {"slow": 10**9}, {"errors": 1.5}, {"speed": 3}])
def test_what_makes_no_sense_is_refused(raw: dict[str, float]) -> None:
    with pytest.raises(InvalidInput):
        Trouble().changed(raw)
