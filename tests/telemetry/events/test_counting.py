from datetime import timedelta

from meridian.telemetry.events.counting import windows
from meridian.telemetry.events.rates import cdn_hit_rate, token_rates
from meridian.telemetry.kinds import BUSINESS
from tests.telemetry.events.making import GOOD, NOW, event

START = int(NOW.timestamp())


def test_events_are_counted_by_region_and_type_in_their_window() -> None:
    told = [event("token.spent", -1), event("token.spent", -9, region="US"), event("token.spent", -11)]
    found = windows([*told, event("token.spent", -2)], 10, NOW)
    assert sorted(found) == [START - 20, START - 10]
    cells = found[START - 10]["business"].cells
    assert {labels: cell.sums for labels, cell in cells.items()} == {
        ("EU", "token.spent"): [6.0, 10.0],
        ("US", "token.spent"): [3.0, 5.0],
    }


def test_what_lies_ahead_counts_now() -> None:
    assert sorted(windows([event("panic", 200)], 1, NOW)) == [START]


def test_each_type_counts_as_what_the_documents_say() -> None:
    cube = windows([event(type) for type in GOOD], 10, NOW)[START]["business"]
    assert {labels[1]: cell.sums for labels, cell in cube.cells.items()} == {
        "token.earned": [1.0, 7.0],
        "token.spent": [3.0, 5.0],
        "token.purchased": [1.0, 100.0],
        "payout.pending": [1.0, 2500.0],
        "ticket.open": [1.0, 0.0],
        "dispute.open": [1.0, 0.0],
        "panic.started": [1.0, 0.0],
        "fraud_alert.open.critical": [1.0, 0.0],
        "attack.started": [1.0, 0.0],
        "cdn.hit": [90.0, 0.0],
        "cdn.miss": [10.0, 0.0],
        "cdn.kilobytes": [1.0, 123.0],
    }
    assert "u1" not in str(cube.to_json())


def test_rates_are_per_minute_and_net_is_earned_less_spent() -> None:
    told = [event("token.earned", amount=60), event("token.spent", amount=20), event("token.purchased")]
    cube = windows([*told, event("token.earned", region="US", amount=6)], 10, NOW)[START]["business"]
    found = token_rates(cube, 30)
    assert (found.earned, found.spent, found.net, found.purchased, found.transactions) == (
        132,
        40,
        92,
        200,
        12,
    )
    assert token_rates(cube, 60, "US").net == 6


def test_the_hit_rate_is_that_of_all_requests_or_none() -> None:
    told = [event("cdn", hits=9, misses=1), event("cdn", hits=0, misses=10, region="US")]
    cube = windows(told, 10, NOW + timedelta(hours=1))[START]["business"]
    assert cdn_hit_rate(cube) == 9 / 20
    assert cdn_hit_rate(cube, "EU") == 0.9
    assert cdn_hit_rate(cube, "APAC") is None
    assert BUSINESS.name in windows(told, 10, NOW)[START]
