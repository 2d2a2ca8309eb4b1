from meridian.loadtest.report.timeline import timeline
from meridian.loadtest.results.summary import Event
from tests.loadtest.report.sample import empty, summary


def event(at: float, by: str = "decision") -> Event:
    return {"at": at, "what": "what", "by": by, "sentence": "why"}  # type: ignore[typeddict-item]


def test_neighbouring_events_share_a_flag_of_the_gravest_of_them() -> None:
    found = {**empty(), "duration": 100.0, "events": [event(10), event(12, "chaos"), event(30), event(99)]}
    time = timeline(found)  # type: ignore[arg-type]
    assert [(flag.at, flag.label, flag.kind) for flag in time.flags] == [
        (10, "1–2", "chaos"),
        (30, "3", "decision"),
        (99, "4", "decision"),
    ]
    assert len(time.ats) == 4


def test_late_seconds_in_a_row_are_one_band() -> None:
    found = empty()
    found["validity"]["late_seconds"] = [3, 4, 5, 9]
    assert [(span.start, span.end) for span in timeline(found).late] == [(3, 6), (9, 10)]


def test_the_axis_reaches_to_the_end_of_all_that_was_measured() -> None:
    found = summary(seconds=30)
    assert timeline(found).end == 30
    found["series"]["at"] = list(range(33))
    assert timeline(found).end == 33
    assert timeline(empty()).end == 1


def test_the_warm_up_is_a_band() -> None:
    assert [(span.start, span.end) for span in timeline(summary(40)).warm_up] == [(0, 30)]
