from datetime import UTC, datetime

import pytest

from meridian.core.errors import InvalidInput
from meridian.loadtest.moments import moment_of


@pytest.mark.parametrize("text", ["2026-11-22T18:00:00Z", "2026-11-22T19:00:00+01:00", "2026-11-22 18:00"])
def test_one_moment_in_several_ways(text):
    assert moment_of(text) == datetime(2026, 11, 22, 18, tzinfo=UTC)


def test_what_is_no_moment_is_told():
    with pytest.raises(InvalidInput, match="'at six' is no time; write it as"):
        moment_of("at six")
