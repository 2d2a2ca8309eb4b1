import pytest

from meridian.loadtest.report.watched import watched
from tests.loadtest.report.runs import Run


def test_each_region_has_its_own_answers_failures_and_gaps() -> None:
    run = Run(40).instead("EU", 20.0, 20.5, outcome="unavailable", detail="503").instead("US", 30.0, 31.0)
    regions = watched(run.part().record)
    assert list(regions) == ["EU", "US"]
    eu, us = regions["EU"], regions["US"]
    assert eu.locations(0, 40) == {"europe-west1": 40 * 50 - 25}
    assert [(second, sum(burst.n for burst in found.values())) for second, found in eu.failures.items()] == [
        (20, 25)
    ]
    assert [round(gap.since) for gap in eu.gaps] == [20]
    assert [round(gap.since) for gap in us.gaps] == [30]
    assert not us.failures


def test_the_first_success_after_a_moment_is_known_to_the_millisecond() -> None:
    region = watched(Run(10).instead("EU", 4.0, 6.5).part().record)["EU"]
    assert region.answered_after(0.0) == 0.005
    assert region.answered_after(3.99) == 6.505
    assert region.answered_after(6.505) == 6.505
    assert region.answered_after(6.506) == pytest.approx(6.525, abs=0.0011)
    assert region.answered_after(11.0) is None


def test_gaps_of_a_generator_that_stood_still_are_left_out() -> None:
    part = Run(40).instead("EU", 20.0, 20.5).part()
    part.record.beat(20.1, 0.3)
    assert not watched(part.record)["EU"].gaps
