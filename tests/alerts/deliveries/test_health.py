from datetime import timedelta

from meridian.alerts.deliveries.health import Health, after
from meridian.integrations.outgoing import Outcome
from tests.integrations.notices import AT

FAILED, SENT, REFUSED = Outcome("again", "500"), Outcome("sent", "ok"), Outcome("refused", "404 no_service")


def _after(*outcomes: tuple[float, Outcome]) -> Health:
    health = Health()
    for seconds, outcome in outcomes:
        health = after(health, outcome, AT + timedelta(seconds=seconds))
    return health


def test_a_channel_dies_of_three_failures_over_a_minute() -> None:
    assert _after((0, FAILED), (1, FAILED), (3, FAILED)).state == "failing"
    assert _after((0, FAILED), (90, FAILED)).state == "failing"
    assert _after((0, FAILED), (30, FAILED), (60, FAILED)).state == "dead"


def test_a_channel_that_refused_a_notice_is_dead_at_once() -> None:
    assert _after((0, SENT), (5, REFUSED)).state == "dead"


def test_it_stays_dead_until_something_gets_through() -> None:
    dead = _after((0, REFUSED), (10, FAILED))
    assert dead.dead_since == AT
    assert after(dead, SENT, AT).state == "working"


def test_a_pause_is_kept_until_it_is_over_or_something_gets_through() -> None:
    paused = _after((0, Outcome("again", "429", wait=30.0)), (1, FAILED))
    assert paused.paused_until == AT + timedelta(seconds=30)
    assert after(paused, SENT, AT).paused_until is None


def test_a_channel_on_which_nothing_was_sent_is_unused() -> None:
    assert Health().state == "unused"
