import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meridian.loadtest.scenario.counts import Count
from meridian.loadtest.scenario.model import PhaseWritten
from meridian.loadtest.scenario.phases import SHORTEST_WARM_UP, Phase, moved, timed

RATES = st.floats(0, 2000).map(lambda rate: round(rate, 3))


@st.composite
def phases(draw: st.DrawFn) -> list[PhaseWritten]:
    found = []
    for number in range(draw(st.integers(1, 5))):
        shape = draw(
            st.fixed_dictionaries({"rate": RATES})
            | st.fixed_dictionaries({"from": RATES, "to": RATES})
            | st.fixed_dictionaries({"steps": st.lists(RATES, min_size=1, max_size=4)})
            | st.fixed_dictionaries({"spike": RATES})
        )
        length = f"{draw(st.integers(1, 600))}s"
        found.append(PhaseWritten.model_validate({"name": f"p{number}", "for": length, **shape}))
    return found


def written(*each: dict[str, object]) -> list[PhaseWritten]:
    return [PhaseWritten.model_validate({"name": f"p{number}", **one}) for number, one in enumerate(each)]


def integral(at: float, phases: list[Phase]) -> float:
    """The count of `phases` by a moment, summed up in small steps."""
    steps = 4_000
    return sum(_rate((step + 0.5) * at / steps, phases) for step in range(steps)) * at / steps


def _rate(at: float, phases: list[Phase]) -> float:
    phase = next(phase for phase in phases if at < phase.end)
    length = (phase.end - phase.start) / len(phase.rates)
    part = int((at - phase.start) / length)
    one, other = phase.rates[part]
    return one + (other - one) * (at - phase.start - part * length) / length


def test_the_count_is_the_integral_of_the_rate() -> None:
    these = written(
        {"for": "10s", "from": 0, "to": 100},
        {"for": "20s", "steps": [50, 150]},
        {"for": "5s", "rate": 0},
        {"for": "5s", "spike": 1000},
        {"for": "10s", "from": 300, "to": 20},
    )
    count = Count(timed(these))
    assert count.total == pytest.approx(500 + 2000 + 0 + 5000 + 1600)
    for at in (3.0, 10.0, 17.0, 25.0, 33.0, 36.0, 44.0, 50.0):
        assert count.by(at) == pytest.approx(integral(at, list(timed(these))), rel=2e-3)


@settings(max_examples=60, deadline=None)
@given(phases(), st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=30))
def test_when_is_the_inverse_of_the_count(these: list[PhaseWritten], shares: list[float]) -> None:
    count = Count(timed(these))
    if count.total <= 0:
        return
    counts = np.sort(np.array(shares)) * count.total
    moments = count.when(counts)
    assert np.all(np.diff(moments) >= 0)
    assert moments[-1] <= timed(these)[-1].end
    assert [count.by(float(at)) for at in moments] == pytest.approx(counts.tolist(), rel=1e-9, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(phases(), st.floats(0.001, 10))
def test_scale_multiplies_the_count_and_nothing_else(these: list[PhaseWritten], scale: float) -> None:
    plain, scaled = timed(these), timed(these, scale=scale)
    assert Count(scaled).total == pytest.approx(Count(plain).total * scale)
    assert [(one.start, one.end) for one in plain] == [(one.start, one.end) for one in scaled]


@settings(max_examples=60, deadline=None)
@given(phases(), st.integers(1, 10_000))
def test_another_duration_keeps_the_shape(these: list[PhaseWritten], seconds: int) -> None:
    stretched, plain = timed(these, seconds), timed(these)
    factor = seconds / plain[-1].end
    assert stretched[-1].end == seconds
    assert Count(stretched).total == pytest.approx(Count(plain).total * factor)
    assert [one.start for one in stretched] == pytest.approx([one.start * factor for one in plain])


@pytest.mark.parametrize(
    ("seconds", "warm"),
    [
        (330.0, 30.0),
        (3300.0, 30.0),  # never made longer
        (110.0, 10.0),  # shorter in proportion
        (30.0, SHORTEST_WARM_UP),  # but not too short to warm up
        (8.0, 2.0),  # and never more than a quarter
    ],
)
def test_a_warm_up_stays_within_bounds(seconds: float, warm: float) -> None:
    these = written(
        {"for": "30s", "from": 0, "to": 100, "warm_up": True},
        {"for": "200s", "rate": 100},
        {"for": "100s", "rate": 5},
    )
    first, second, third = timed(these, seconds)
    assert first.end == pytest.approx(warm)
    assert second.end - second.start == pytest.approx(2 * (third.end - third.start))
    assert third.end == seconds


@settings(max_examples=60, deadline=None)
@given(phases(), st.integers(1, 5_000), st.floats(0, 1, exclude_max=True))
def test_a_moment_moves_with_its_phase(these: list[PhaseWritten], seconds: int, share: float) -> None:
    at = share * timed(these)[-1].end
    stretched = timed(these, seconds)
    assert moved(at, these, timed(these)) == pytest.approx(at)
    assert 0 <= moved(at, these, stretched) <= seconds * (1 + 1e-9)
    if all(not phase.warm_up for phase in these):
        assert moved(at, these, stretched) == pytest.approx(at * seconds / timed(these)[-1].end, abs=1e-9)


def test_phases_are_told_with_their_parts() -> None:
    told = timed(written({"for": "4s", "steps": [10, 30]}), scale=0.5)[0].to_json()
    assert told == {
        "name": "p0",
        "from": 0.0,
        "to": 4.0,
        "warm_up": False,
        "rate": 10.0,
        "shape": "steps",
        "rates": [[5.0, 5.0], [15.0, 15.0]],
    }
