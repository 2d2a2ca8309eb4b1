"""Memory that grows without end, told from memory that fills or varies."""

import numpy as np
import pytest

from meridian.loadtest.results.leaks import leaks, slope, worst

MB = 2**20
SECONDS = np.arange(300.0)


def sizes(kind: str, seed: int) -> list[tuple[int, float]]:
    """Bytes, second by second."""
    noise = np.random.default_rng(seed).standard_normal(300)
    found = {
        "flat": 80 + noise,
        "leaking": 80 + 0.1 * SECONDS + noise,
        "filling": 80 + 30 * (1 - np.exp(-SECONDS / 25)) + noise,
        "sawtooth": 80 + SECONDS % 40 + noise,
        "burst": 80 + 60 * ((SECONDS > 200) & (SECONDS < 230)) + noise,
        "step": 80 + 20 * (SECONDS > 40) + noise,
    }[kind]
    return [(at, float(size) * MB) for at, size in enumerate(found)]


@pytest.mark.parametrize("kind", ["flat", "filling", "sawtooth", "burst", "step"])
def test_what_stops_growing_is_no_leak(kind: str) -> None:
    for seed in range(10):
        (found,) = leaks({"app": sizes(kind, seed)}, 0.0)
        assert not found["leaking"]
        assert found["sentence"].endswith("no leak")
        assert worst([found]) == 0


def test_a_leak_is_found_with_its_slope() -> None:
    for seed in range(10):
        (found,) = leaks({"app": sizes("leaking", seed)}, 0.0)
        assert found["leaking"]
        assert found["per_hour_bytes"] == pytest.approx(360 * MB, rel=0.05)
        assert worst([found]) == pytest.approx(360, rel=0.05)
    assert found["sentence"].startswith("app leaks: ")


def test_what_was_seen_for_a_moment_says_nothing() -> None:
    assert leaks({"app": sizes("leaking", 1)[:59]}, 0.0) == []
    assert leaks({"app": sizes("leaking", 1)}, 280.0) == []
    assert worst([]) is None


def test_our_own_memory_is_shown_but_not_judged() -> None:
    found = leaks({"load generator 1": sizes("leaking", 1), "app": sizes("flat", 2)}, 0.0)
    assert [each["leaking"] for each in found] == [False, True]
    assert worst(found) == 0


def test_a_few_wild_points_do_not_move_the_slope() -> None:
    points = [(at, 3.0 * at) for at in range(100)]
    points[10], points[50], points[51] = (10, 1e9), (50, -1e9), (51, 1e9)
    assert slope(points) == pytest.approx(3.0, rel=0.01)
