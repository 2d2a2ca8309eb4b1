import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from meridian.config.schema.base import Cidr, Duration, PositiveDuration, duration

READ = TypeAdapter(Duration)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("350ms", 0.35),
        ("1s", 1.0),
        ("5m", 300.0),
        ("1h", 3600.0),
        ("30d", 2_592_000.0),
        ("1.5s", 1.5),
        ("0s", 0.0),
    ],
)
def test_durations_are_read_as_seconds(written: str, seconds: float) -> None:
    assert READ.validate_python(written) == seconds


@given(st.integers(0, 10**10))
def test_a_duration_is_written_as_it_is_read(milliseconds: int) -> None:
    seconds = round(milliseconds / 1000, 6)
    assert READ.validate_python(duration(seconds)) == pytest.approx(seconds, abs=1e-6)


@pytest.mark.parametrize("wrong", [5, 1.5, True, None, "", "5", "5 s", "-1s", "1s2ms", "١s", "9" * 400 + "d"])
def test_what_is_not_a_duration_is_refused(wrong: object) -> None:
    with pytest.raises(ValidationError):
        READ.validate_python(wrong)


def test_a_duration_that_must_not_be_zero() -> None:
    with pytest.raises(ValidationError, match="zero is too short"):
        TypeAdapter(PositiveDuration).validate_python("0s")


@pytest.mark.parametrize(
    ("wrong", "todo"),
    [("10.0.0.1/8", "did you mean 10.0.0.0/8"), ("everyone", "write for example"), (10, "write for example")],
)
def test_what_is_not_a_range_says_what_to_write(wrong: object, todo: str) -> None:
    with pytest.raises(ValidationError, match=todo):
        TypeAdapter(Cidr).validate_python(wrong)
