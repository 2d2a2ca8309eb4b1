"""Health of upstream addresses from Envoy's own words."""

from datetime import UTC, datetime, timedelta
from typing import Any

from meridian.envoy.agent.health import HealthBook

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def status(**flags: Any) -> dict[str, Any]:
    host = {
        "address": {"socket_address": {"address": "10.0.0.1", "port_value": 80}},
        "health_status": {"eds_health_status": "HEALTHY"} | flags,
        "locality": {"zone": "europe-west1"},
    }
    return {"name": "chat@EU", "host_statuses": [host]}


def test_flags_become_words_and_since_is_of_the_last_change() -> None:
    book = HealthBook()
    (first,) = book.read([status()], NOW)
    assert (first.cluster, first.location, first.address, first.healthy, first.reason) == (
        "chat@EU",
        "europe-west1",
        "10.0.0.1:80",
        True,
        "",
    )
    (later,) = book.read([status()], NOW + timedelta(seconds=5))
    assert later.since == NOW.isoformat()
    (failed,) = book.read([status(failed_active_health_check=True)], NOW + timedelta(seconds=6))
    assert (failed.healthy, failed.reason) == (False, "failed health check")
    assert failed.since == (NOW + timedelta(seconds=6)).isoformat()


def test_a_drained_host_is_not_healthy_and_a_degraded_one_is() -> None:
    (drained,) = HealthBook().read([status(eds_health_status="DRAINING")], NOW)
    assert (drained.healthy, drained.reason) == (False, "set to draining")
    (degraded,) = HealthBook().read([status(failed_active_degraded_check=True)], NOW)
    assert (degraded.healthy, degraded.reason) == (True, "degraded")


def test_addresses_that_are_no_sockets_are_left_out() -> None:
    pipe = {"name": "x", "host_statuses": [{"address": {"pipe": {"path": "/run/x"}}}]}
    assert HealthBook().read([pipe], NOW) == ()
