import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from meridian.telemetry.events.batch import MOST, Batch, Malformed
from tests.telemetry.events.making import GOOD, raw

SECRET = "hunter2-" * 30

BAD = [
    (3, "an event is a JSON object"),
    (None, "an event is a JSON object"),
    ({}, "type: this is missing"),
    (raw("cdn") | {"type": "coffee"}, "type: there is no such event; write one of"),
    (raw("token.spent") | {"amount": -1}, "amount: this is too small; write at least 0"),
    (raw("token.spent") | {"amount": 10**400}, "amount: "),
    (raw("token.spent") | {"amount": 1.5}, "amount: "),
    (raw("token.spent") | {"amount": True}, "amount: "),
    (raw("token.spent") | {"amount": "5"}, "amount: "),
    (raw("token.spent") | {"amount": float("nan")}, "amount: "),
    (raw("token.spent") | {"count": 0}, "count: "),
    (raw("ticket") | {"urgent": "yes"}, "urgent: "),
    (raw("payout") | {"state": SECRET}, "state: this is none of the choices; write 'pending', 'pr"),
    (raw("payout") | {"currency": "eur"}, "currency: a currency is written in capitals; write EUR"),
    (raw("payout") | {"currency": "ZZZ"}, "currency: ISO 4217 has no such currency"),
    (raw("payout") | {"currency": 978}, "currency: this must be text"),
    (raw("payout") | {"payout": "a\x00b"}, "payout: this has characters that cannot stand here"),
    (raw("payout") | {"payout": "\ud800"}, "payout: "),
    (raw("payout") | {"payout": "x" * 65}, "payout: "),
    (raw("payout") | {"id": ""}, "id: this is empty; fill it in"),
    (raw("payout") | {"id": ["a"]}, "id: "),
    (raw("payout") | {"card": SECRET}, "card: there is no such field; remove it"),
    (raw("payout") | {SECRET: 1}, "hunter2"),
    (raw("panic") | {"at": 1_900_000_000}, "at: a time is text in ISO 8601"),
    (raw("panic") | {"at": "1900000000"}, "at: a time is text in ISO 8601"),
    (raw("panic") | {"at": "2030-01-01T12:00:00"}, "at: a time says its zone"),
    (raw("panic") | {"at": "0001-01-01T00:00:00+14:00"}, "at: a time lies between 2000 and 2200"),
    (raw("panic") | {"at": "9999-12-31T23:59:59-14:00"}, "at: a time lies between 2000 and 2200"),
    (raw("panic") | {"at": "2030-01-32T12:00:00Z"}, "at: "),
    (raw("ticket") | {"opened_at": "yesterday"}, "opened_at: a time is text in ISO 8601"),
    ({name: value for name, value in raw("payout").items() if name != "amount"}, "amount: this is missing"),
]


@pytest.mark.parametrize("type", GOOD)
def test_each_type_is_read(type: str) -> None:
    [found] = Batch.model_validate({"events": [raw(type)]}).each()
    assert not isinstance(found, Malformed)
    assert found.type == type


@pytest.mark.parametrize(("bad", "reason"), BAD)
def test_what_is_no_event_says_why_in_a_line_and_keeps_no_neighbour_out(bad: object, reason: str) -> None:
    first, middle, last = Batch.model_validate({"events": [raw("cdn"), bad, raw("panic")]}).each()
    assert isinstance(middle, Malformed)
    assert middle.reason.startswith(reason)
    assert len(middle.reason) < 300
    assert SECRET not in middle.reason
    assert (first.type, last.type) == ("cdn", "panic")  # type: ignore[union-attr]


@pytest.mark.parametrize("body", [[], {}, {"events": {}}, {"events": None}, {"events": [], "more": 1}])
def test_what_is_no_batch_is_refused_whole(body: object) -> None:
    with pytest.raises(ValidationError):
        Batch.model_validate(body)


def test_a_batch_is_bounded() -> None:
    assert len(Batch.model_validate({"events": [None] * MOST}).each()) == MOST
    with pytest.raises(ValidationError):
        Batch.model_validate({"events": [None] * (MOST + 1)})


def test_a_user_does_not_show_where_an_event_is_printed() -> None:
    [found] = Batch.model_validate({"events": [raw("panic", user="somebody@example.org")]}).each()
    assert "somebody" not in repr(found)


def test_the_schema_is_that_of_good_events() -> None:
    schema = Batch.model_json_schema()
    each = schema["properties"]["events"]["items"]
    assert set(each["discriminator"]["mapping"]) == set(GOOD)


NAMES = st.sampled_from([*{name for fields in GOOD.values() for name in fields}, "id", "at", "region", "x"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("2030-01-01T12:00:00Z"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
ODD = VALUES | st.builds(
    lambda type, fields: raw(type) | fields, st.sampled_from(sorted(GOOD)), st.dictionaries(NAMES, VALUES)
)


@settings(deadline=None)
@given(st.lists(ODD, max_size=5))
def test_whatever_stands_in_a_batch_is_an_event_or_is_named(events: list[object]) -> None:
    found = Batch.model_validate({"events": events}).each()
    assert len(found) == len(events)
    for each in found:
        if isinstance(each, Malformed):
            assert 0 < len(each.reason) < 400
