"""Counting what comes to each edge, from counters that restart and reports that come when they come."""

from meridian.limits.sharing.meter import Meter, Seen


def test_a_rate_is_worked_out_from_when_reports_came_not_from_how_many() -> None:
    meter = Meter()
    for at, total in ((0.0, 100), (2.0, 300), (2.5, 350), (7.0, 800)):
        meter.hear("eu-1", "a", total, None, at)
    assert meter.seen(7.0) == {"eu-1": Seen(100.0, 700, None)}


def test_an_envoy_that_begins_anew_counts_from_nothing() -> None:
    meter = Meter()
    for at, total in ((0.0, 5000), (2.0, 5200), (4.0, 150), (6.0, 350)):
        meter.hear("eu-1", "a", total, 0.5, at)
    assert meter.seen(6.0) == {"eu-1": Seen(round(550 / 6, 3), 550, 0.5)}


def test_an_agent_that_begins_anew_on_an_old_envoy_does_not_count_everything_again() -> None:
    meter = Meter()
    for at, life, total in (
        (0.0, "a", 5000),
        (2.0, "a", 5200),
        (3.0, "b", 0),
        (4.0, "b", 5400),
        (6.0, "b", 5600),
    ):
        meter.hear("eu-1", life, total, None, at)
    assert meter.seen(6.0)["eu-1"].counted == 400


def test_an_edge_that_is_silent_for_ten_seconds_is_gone_and_comes_back_as_a_new_one() -> None:
    meter = Meter()
    meter.hear("eu-1", "a", 100, None, 0.0)
    meter.hear("eu-2", "a", 100, None, 0.0)
    meter.hear("eu-1", "a", 300, None, 9.0)
    assert meter.instances(10.0) == ("eu-1", "eu-2")
    assert meter.instances(10.1) == ("eu-1",)
    meter.hear("eu-2", "a", 9000, None, 20.0)
    assert meter.seen(20.0) == {"eu-2": Seen()}


def test_an_idle_edge_has_a_rate_of_nothing() -> None:
    meter = Meter()
    meter.hear("eu-1", "a", 0, None, 0.0)
    meter.hear("eu-1", "a", 0, None, 2.0)
    assert meter.seen(2.0) == {"eu-1": Seen(0.0, 0, None)}


def test_what_is_older_than_the_window_does_not_count() -> None:
    meter = Meter()
    for second in range(0, 62, 2):
        meter.hear("eu-1", "a", 1000 * second if second < 40 else 40_000 + 10 * second, None, float(second))
    assert meter.seen(60.0) == {"eu-1": Seen(10.0, 160, None)}
