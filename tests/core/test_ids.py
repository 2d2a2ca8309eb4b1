import uuid
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from meridian.core.ids import new_id

MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(9999, 1, 1), timezones=st.just(UTC))


@given(MOMENTS, st.integers(min_value=1, max_value=10**9))
def test_a_later_id_sorts_after_an_earlier_one(moment: datetime, later: int) -> None:
    assert new_id(moment) < new_id(moment + timedelta(milliseconds=later))


@given(MOMENTS)
def test_an_id_is_a_uuid_of_version_7_that_holds_its_moment(moment: datetime) -> None:
    made = uuid.UUID(new_id(moment))
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == int(moment.timestamp() * 1000)


def test_ids_of_one_moment_differ() -> None:
    moment = datetime(2030, 1, 1, tzinfo=UTC)
    assert len({new_id(moment) for _ in range(1000)}) == 1000
