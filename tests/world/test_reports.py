from datetime import UTC, datetime, timedelta

import pytest
from pydantic import TypeAdapter

from meridian.core.errors import InvalidInput, NotFound
from meridian.telemetry.events.subjects import subjects
from meridian.telemetry.events.types import Event
from meridian.world.reports import MISSES, MOST, NAMES, REPORTS, events

NOW = datetime(2030, 1, 1, tzinfo=UTC)
EVENT: TypeAdapter[Event] = TypeAdapter(Event)


@pytest.mark.parametrize("name", NAMES)
def test_every_report_is_made_of_events_that_control_takes(name: str) -> None:
    found = [EVENT.validate_python(each) for each in events(name, MOST, "R" * 63, NOW)]
    assert len({each.id for each in found}) == len(found)
    assert len(subjects(found)) == (0 if name == MISSES else MOST)


@pytest.mark.parametrize("name", REPORTS)
def test_reporting_twice_adds_none_and_over_ends_them(name: str) -> None:
    later = NOW + timedelta(seconds=1)
    told = [
        *events(name, 12, "EU", NOW),
        *events(name, 12, "EU", NOW),
        *events(name, 12, "EU", later, over=True),
    ]
    found = subjects([EVENT.validate_python(each) for each in told])
    assert (len(found), all(one.over for one in found)) == (12, True)


def test_what_cannot_be_reported_says_so() -> None:
    with pytest.raises(NotFound, match="did you mean payout-failed"):
        events("payout-faild", 1, "EU", NOW)
    with pytest.raises(InvalidInput, match="pass by themselves"):
        events(MISSES, 1, "EU", NOW, over=True)
