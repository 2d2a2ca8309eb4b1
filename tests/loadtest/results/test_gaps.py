"""Gaps to the millisecond, and none where there is only chance."""

import numpy as np
import pytest

from meridian.loadtest.outcomes import OK, UNAVAILABLE
from meridian.loadtest.record import Key, Record
from meridian.loadtest.results.gaps import gaps
from tests.loadtest.results.runs import steady

EU = Key(0, "EU", "eu-1", "v1", OK)
DOWN = Key(0, "EU", "", "", UNAVAILABLE)


def outage(since: float, until: float, seconds: int = 30, rate: int = 100) -> Record:
    """Requests that were due in the outage fail; the others succeed 5 ms later."""
    record = Record()
    for number in range(seconds * rate):
        due = number / rate + 0.0005
        record.due(due)
        record.sample(due, due + 0.005, DOWN if since <= due < until else EU, number, "503")
    return record


def test_an_outage_is_measured_to_the_millisecond() -> None:
    (gap,) = gaps(outage(12.0, 14.5), "EU", 0.0, 30.0)
    assert gap.since == pytest.approx(11.995)
    assert gap.until == pytest.approx(14.505)
    assert gap.ms == 2510.0
    assert gap.usual == pytest.approx(0.01, abs=0.001)
    assert gap.ended


def test_a_gap_belongs_to_the_time_that_it_reaches_into() -> None:
    record = outage(12.0, 14.5)
    assert gaps(record, "EU", 13.0, 13.5)[0].since == pytest.approx(11.995), "it had begun before"
    assert not gaps(record, "EU", 13.0, 13.5)[0].ended
    assert not gaps(record, "EU", 15.0, 30.0)
    assert not gaps(record, "EU", 0.0, 11.0)


def test_an_outage_that_lasts_has_not_ended() -> None:
    (gap,) = gaps(outage(25.0, 99.0), "EU", 0.0, 60.0)
    assert not gap.ended
    assert gap.until == 30.0, "nothing was asked after that"
    (longer,) = gaps(outage(5.0, 99.0), "EU", 20.0, 30.0)
    assert (longer.since, longer.until, longer.ended) == (20.0, 30.0, False)


def test_a_region_that_nobody_is_in_lacks_nothing() -> None:
    record = steady(seconds=10)
    assert not gaps(record, "US", 0.0, 10.0)
    assert not gaps(record, "EU", 0.0, 10.0)
    assert not gaps(Record(), "EU", 0.0, 10.0)


@pytest.mark.parametrize("rate", [5, 50, 500])
def test_independent_arrivals_make_no_gaps(rate: int) -> None:
    """However rare they are: what is long is measured by what is usual."""
    conspicuous = 0
    for seed in range(20):
        record = Record()
        at, chance = 0.0, np.random.default_rng(seed)
        while (at := at + float(chance.exponential(1 / rate))) < 20:
            record.due(at)
            record.sample(at, at + 0.003, EU, 1)
        conspicuous += len(gaps(record, "EU", 0.0, 20.0))
    assert conspicuous <= 2


def test_what_is_usual_follows_the_rate() -> None:
    """At 4 a second a quarter of a second is nothing; at 200 a second it is an outage."""
    record = Record()
    times = [*(n / 4 for n in range(40)), *(10 + n / 200 for n in range(2000))]
    for number, at in enumerate(times):
        record.due(at)
        record.sent(at, 0.0)
        if not 15 <= at < 15.25:
            record.sample(at, at + 0.001, EU, number)
    (gap,) = gaps(record, "EU", 0.0, 20.0)
    assert gap.ms == pytest.approx(255, abs=1.1)
    assert gap.since == pytest.approx(14.996, abs=0.0011)


@pytest.mark.parametrize("waits", [0, 2, 3])
def test_a_time_in_which_nobody_was_due_is_no_gap(waits: int) -> None:
    """At 2 a second nobody asks for 6.6 s; in the middle of it some do, and wait."""
    record = Record()
    for number, due in enumerate([*(n / 2 for n in range(40)), *(26.1 + n / 2 for n in range(20))]):
        record.due(due)
        record.sent(due, 0.0)
        record.sample(due, due + 0.05, EU, number)
    for number in range(waits):
        record.due(20.2)
        record.sent(20.2, 0.0)
        record.sample(20.2 + number / 100, 26.0, EU, 100 + number)
    found = [round(gap.ms) for gap in gaps(record, "EU", 0.0, 36.0)]
    assert found == ([6450] if waits == 3 else [])


def test_requests_of_another_region_do_not_make_a_gap() -> None:
    record = Record()
    for number, due in enumerate([*(n / 10 for n in range(100)), *(16 + n / 10 for n in range(100))]):
        record.due(due)
        record.sent(due, 0.0)
        record.sample(due, due + 0.05, EU, number)
    for number in range(60):
        record.due(10 + number / 10)
        record.sent(10 + number / 10, 0.0)
        record.sample(10 + number / 10, 20.0, EU._replace(region="US"), number)
    assert not gaps(record, "EU", 0.0, 26.0)
