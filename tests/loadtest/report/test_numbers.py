import pytest

from meridian.loadtest.report import numbers


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "–"),
        (0, "0 ms"),
        (0.421, "0.421 ms"),
        (4.2, "4.2 ms"),
        (411.6, "412 ms"),
        (1520, "1.52 s"),
        (99_900, "99.9 s"),
        (125_000, "2 min 5 s"),
    ],
)
def test_milliseconds(value: float | None, said: str) -> None:
    assert numbers.ms(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "–"),
        (0, "0 %"),
        (0.00001, "< 0.01 %"),
        (0.00107, "0.11 %"),
        (0.034, "3.4 %"),
        (0.996, "99.6 %"),
        (1, "100 %"),
    ],
)
def test_shares(value: float | None, said: str) -> None:
    assert numbers.share(value) == said


@pytest.mark.parametrize(
    ("at", "places", "said"),
    [
        (0, 0, "0:00"),
        (63.4119, 3, "1:03.412"),
        (3723, 0, "1:02:03"),
        (59.9996, 3, "1:00.000"),
        (-1.5, 1, "−0:01.5"),
        (None, 0, "–"),
    ],
)
def test_a_stopwatch(at: float | None, places: int, said: str) -> None:
    assert numbers.clock(at, places) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (45, "45 s"),
        (2.984, "3 s"),
        (0.4, "0.4 s"),
        (300, "5 min"),
        (125, "2 min 5 s"),
        (5400, "1 h 30 min"),
        (None, "–"),
    ],
)
def test_how_long(seconds: float | None, said: str) -> None:
    assert numbers.span(seconds) == said


@pytest.mark.parametrize(
    ("value", "said"), [(None, "–"), (0, "0/s"), (4.25, "4.25/s"), (1666.4, "1,666/s"), (83.33, "83.3/s")]
)
def test_rates(value: float | None, said: str) -> None:
    assert numbers.rate(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(512, "512 B"), (1536, "1.5 KiB"), (148 * 2**20, "148 MiB"), (-3 * 2**30, "−3 GiB"), (None, "–")],
)
def test_bytes(value: float | None, said: str) -> None:
    assert numbers.size(value) == said


def test_changes_counts_and_moments() -> None:
    assert (numbers.change(0.12), numbers.change(-0.034), numbers.change(None)) == ("+12.0 %", "−3.4 %", "–")
    assert (numbers.count(330006), numbers.count(None)) == ("330,006", "–")
    assert numbers.moment("2026-11-22T15:46:00+02:00") == "22 Nov 2026, 13:46:00 UTC"
    assert (numbers.moment(""), numbers.moment("soon")) == ("–", "soon")
