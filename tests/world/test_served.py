import pytest

from meridian.world import served
from meridian.world.served import Served


def test_requests_of_another_home_region_count_as_foreign() -> None:
    counts = Served("EU")
    counts.count(("chat", "EU", "DE", "POST"))
    counts.count(("chat", "US", "US", "POST"))
    counts.count(("chat", "", "", "POST"))
    told = counts.summary()
    assert (told["total"], told["foreign"], told["foreign_by_service"]) == (3, 1, {"chat": 1})


def test_a_key_that_runs_twice_is_a_double_and_the_same_key_of_another_service_is_not() -> None:
    counts = Served("EU")
    for service in ("tokens", "tokens", "payouts"):
        counts.count((service, "EU", "DE", "POST"), "k1")
    told = counts.summary()
    assert (told["doubles"], told["doubled_keys"]) == (1, ["tokens:k1"])


def test_memory_is_bounded_whatever_clients_send(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served, "MOST_ROWS", 10)
    monkeypatch.setattr(served, "MOST_KEYS", 10)
    counts = Served("EU")
    for number in range(100):
        counts.count(("chat", "EU", f"country-{number}", "POST"), f"key-{number}")
    assert len(counts.rows) == 11
    assert counts.rows[served.OTHER] == 90
    assert list(counts.keys) == [f"chat:key-{number}" for number in range(90, 100)] or len(counts.keys) == 10
    assert counts.summary()["total"] == 100


def test_totals_are_by_home_and_service_and_bounded_as_the_rows_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served, "MOST_ROWS", 10)
    counts = Served("EU")
    for country in ("DE", "FR"):
        counts.count(("chat", "EU", country, "POST"))
    for number in range(100):
        counts.count((f"s{number}", "US", "", "GET"))
    assert counts.totals["EU", "chat"] == 2
    assert len(counts.totals) <= 11
    assert sum(counts.totals.values()) == sum(counts.rows.values()) == 102
