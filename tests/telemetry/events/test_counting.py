from meridian.telemetry.events.counting import windows
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
