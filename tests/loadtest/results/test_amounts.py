import pytest

from meridian.loadtest.results.amounts import amount


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.9999, "%", "100 %"),
        (1.0, "%", "100 %"),
        (0.0123, "%", "1.23 %"),
        (1666.6, "/s", "1,667/s"),
        (0.5, "ms", "0.5 ms"),
        (12345.0, "ms", "12,345 ms"),
    ],
)
def test_amounts_are_short(value: float, unit: str, text: str) -> None:
    assert amount(value, unit) == text
