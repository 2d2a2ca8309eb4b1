from datetime import UTC, datetime

import pytest

from meridian.core.errors import InvalidInput
from meridian.loadtest.moments import moment_of, start_of


@pytest.mark.parametrize("text", ["2026-11-22T18:00:00Z", "2026-11-22T19:00:00+01:00", "2026-11-22 18:00"])
def test_one_moment_in_several_ways(text):
    assert moment_of(text) == datetime(2026, 11, 22, 18, tzinfo=UTC)


def test_what_is_no_moment_is_told():
    with pytest.raises(InvalidInput, match="'at six' is no time; write it as"):
        moment_of("at six")


NOW = datetime(2026, 11, 22, 17, tzinfo=UTC)


def test_a_run_begins_within_a_day():
    assert start_of("2026-11-23T16:59:00Z", NOW) == datetime(2026, 11, 23, 16, 59, tzinfo=UTC)
    with pytest.raises(InvalidInput, match="more than 24 hours ahead"):
        start_of("2036-11-22T18:00:00Z", NOW)
    with pytest.raises(InvalidInput, match="2026-11-22T16:59:59Z is over"):
        start_of("2026-11-22T16:59:59Z", NOW)
