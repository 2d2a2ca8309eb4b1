import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from meridian.telemetry.events.states import SEVERITIES
from meridian.telemetry.events.subjects import subjects
from meridian.telemetry.events.types import Event
from meridian.world.business import FAILS_EVERY, MISSES_EVERY, PICTURES, URGENT_EVERY, Business

NOW = datetime(2030, 1, 1, tzinfo=UTC)
EVENT: TypeAdapter[Event] = TypeAdapter(Event)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def of(events: list[dict[str, Any]], type: str) -> list[dict[str, Any]]:
    return [each for each in events if each["type"] == type]


def run(business: Business, seconds: int, begin: int = 1) -> list[dict[str, Any]]:
    return [event for second in range(begin, seconds) for event in business.step({}, after(second))]


def test_everything_that_is_told_is_an_event_that_control_takes() -> None:
    services = ("tokens", "chat", "calls", "events", "ai", "feed", "payouts", "reports", "media", "auth")
    business = Business("EU")
    told = business.step({("US", service): 700 for service in services}, NOW) + run(business, 300)
    found = [EVENT.validate_python(each) for each in told]
    assert {each["type"] for each in told} == {
        "token.purchased",
        "token.spent",
        "token.earned",
        "cdn",
        "payout",
        "ticket",
        "fraud_alert",
        "dispute",
    }
    assert len({each.id for each in found}) == len(found)
    assert {each["severity"] for each in of(told, "fraud_alert")} <= set(SEVERITIES)
    assert all(one.over for one in subjects(found)), "what begins also ends"
    assert business.under_way == []


def test_requests_are_counted_in_one_event_of_their_users_region() -> None:
    told = Business("EU").step({("US", "chat"): 10, ("", "chat"): 2}, NOW)
    counts = {(each["region"], each["type"]): (each["count"], each["amount"]) for each in told}
    assert counts == {
        ("US", "token.spent"): (10, 50),
        ("US", "token.earned"): (10, 30),
        ("EU", "token.spent"): (2, 10),
        ("EU", "token.earned"): (2, 6),
    }


def test_a_payout_moves_on_and_every_fiftieth_fails_first() -> None:
    business = Business("EU")
    told = business.step({("", "payouts"): FAILS_EVERY}, NOW)
    assert Counter(each["state"] for each in told) == {"pending": FAILS_EVERY}
    states: dict[str, list[str]] = {}
    for each in told + run(business, 60):
        states.setdefault(each["payout"], []).append(each["state"])
    assert Counter(map(tuple, states.values())) == {
        ("pending", "processing", "paid"): FAILS_EVERY - 1,
        ("pending", "processing", "failed", "processing", "paid"): 1,
    }


def test_urgent_tickets_are_answered_sooner() -> None:
    business = Business("EU")
    told = business.step({("", "reports"): URGENT_EVERY}, NOW) + run(business, 30)
    assert [each["urgent"] for each in told if each["state"] == "answered"] == [True]


def test_the_cdn_misses_its_share_however_small_the_steps() -> None:
    business = Business("EU")
    told = [event for _ in range(120) for event in business.step({("", "feed"): 1}, NOW)]
    assert sum(each["misses"] for each in told) == 120 * PICTURES // MISSES_EVERY
    assert sum(each["hits"] + each["misses"] for each in told) == 120 * PICTURES


def test_what_is_under_way_goes_on_after_a_restart() -> None:
    before = Business("EU")
    [begun] = before.step({("", "payouts"): 1}, NOW)
    after_it = Business("EU")
    after_it.resume(json.loads(json.dumps(before.to_json())))
    told = run(after_it, 100, 50)
    assert [each["state"] for each in told] == ["processing", "paid"]
    assert {each["payout"] for each in told} == {begun["payout"]}
