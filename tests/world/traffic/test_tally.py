import pytest
from hypothesis import given
from hypothesis import strategies as st

from meridian.world.traffic.tally import Latencies, Tally, outcome


@given(st.lists(st.floats(0.0002, 60), min_size=1, max_size=300), st.sampled_from([0.5, 0.95, 0.99, 1.0]))
def test_a_quantile_is_within_three_per_cent(values: list[float], share: float) -> None:
    latencies = Latencies()
    for value in values:
        latencies.add(value)
    exact = sorted(values)[max(0, -(-int(share * len(values) * 1000) // 1000) - 1)]
    nearest = min(abs(latencies.quantile(share) / value - 1) for value in values)
    assert nearest < 0.03
    assert latencies.quantile(share) >= exact * 0.9 or len(values) < 3


def test_nothing_measured_is_zero() -> None:
    assert Latencies().quantile(0.5) == 0


@pytest.mark.parametrize(
    ("status", "kind"),
    [(200, "ok"), (302, "ok"), (429, "limited"), (403, "refused"), (503, "unavailable"), (502, "error")],
)
def test_statuses_have_their_class(status: int, kind: str) -> None:
    assert outcome(status) == kind


def test_failures_of_what_may_be_repeated_are_counted_apart() -> None:
    tally = Tally()
    tally.answered("error", 0.1, True, "GET /v1/feed")
    tally.answered("broken", 0.1, False, "POST /v1/swipe")
    tally.answered("limited", 0.1, True, "GET /v1/feed")
    told = tally.to_json(2)
    assert told["failed"] == {"idempotent": 1, "other": 1}
    assert told["first_failures"] == ["error: GET /v1/feed", "broken: POST /v1/swipe"]
    assert told["rate"] == 1.5
