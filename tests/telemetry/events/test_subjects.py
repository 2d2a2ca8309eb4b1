from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from meridian.telemetry.events.subjects import Subject, merged, subject_of, subjects
from meridian.telemetry.events.types import Event
from tests.telemetry.events.making import NOW, event

STATES = {
    "payout": ["pending", "processing", "paid", "failed"],
    "ticket": ["open", "answered", "closed"],
    "panic": ["started", "ended"],
    "fraud_alert": ["open", "resolved"],
}
PLACES = {"payout": "payout", "ticket": "ticket", "panic": "panic", "fraud_alert": "alert"}


@st.composite
def about(draw: st.DrawFn) -> Event:
    """Something about one of few things, within few seconds, so that ties are common."""
    kind = draw(st.sampled_from(sorted(STATES)))
    fields = {
        PLACES[kind]: draw(st.sampled_from(["x", "y"])),
        "state": draw(st.sampled_from(STATES[kind])),
        "region": draw(st.sampled_from(["EU", "US"])),
    }
    if kind == "payout":
        fields["amount"] = draw(st.integers(0, 5))
    if kind == "ticket":
        fields["urgent"] = draw(st.booleans())
        for name in ("opened_at", "answered_at"):
            ago = draw(st.none() | st.integers(0, 9))
            fields[name] = None if ago is None else (NOW - timedelta(seconds=ago)).isoformat()
    return event(kind, draw(st.integers(-3, 0)), **fields)


def of(*events: Event) -> list[Subject]:
    return [one for one in map(subject_of, events) if one is not None]


@settings(deadline=None)
@given(st.lists(about(), min_size=3, max_size=3))
def test_merging_does_not_depend_on_order_or_repetition(three: list[Event]) -> None:
    a, b, c = of(*three)
    assert merged(a, b) == merged(b, a)
    assert merged(a, merged(b, c)) == merged(merged(a, b), c)
    assert merged(a, a) == a


@settings(deadline=None)
@given(st.data(), st.lists(about(), max_size=8))
def test_events_in_any_order_and_twice_say_the_same(data: st.DataObject, events: list[Event]) -> None:
    again = data.draw(st.permutations(events + events[:3]))
    assert subjects(again) == subjects(events)


def test_the_later_event_says_where_a_payout_stands() -> None:
    paid = event("payout", -1, state="paid")
    [found] = subjects([paid, event("payout", -5), event("payout", -3, state="processing")])
    assert (found.state, found.over, found.event) == ("paid", True, paid.id)
    assert found.began == NOW - timedelta(seconds=5)


def test_of_two_events_of_one_moment_the_greater_id_counts() -> None:
    pair = [event("payout", id="n-1"), event("payout", id="n-2", state="processing")]
    assert [one.state for one in subjects(pair)] == ["processing"]


def test_a_ticket_keeps_its_first_answer_and_its_beginning() -> None:
    told = [
        event("ticket", -600, state="open"),
        event("ticket", -300, state="answered"),
        event("ticket", -100, state="answered"),
        event("ticket", -50, state="closed"),
    ]
    [found] = subjects(told)
    assert (found.state, found.began) == ("closed", NOW - timedelta(seconds=600))
    assert found.answered == NOW - timedelta(seconds=300)


def test_tokens_and_cdn_counts_are_about_nothing_that_goes_on() -> None:
    assert subjects([event("token.spent"), event("cdn")]) == []
