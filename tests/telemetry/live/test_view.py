"""The map shows where traffic goes now, and what moves slowly is not read each second."""

from datetime import datetime

from meridian.core.clock import FakeClock
from meridian.store.database import Database
from meridian.telemetry.api.answers import LiveOut
from meridian.telemetry.cube import Cube
from meridian.telemetry.events.states import NOTHING
from meridian.telemetry.history.history import History
from meridian.telemetry.kinds import MARKET
from meridian.telemetry.live.ring import Ring
from meridian.telemetry.live.view import Remembered, Seen, View
from meridian.telemetry.metrics.query import Query
from meridian.telemetry.metrics.reading import Reading
from tests.telemetry.live.test_ring import traffic
from tests.telemetry.profile import avalo


def going(location: str) -> dict[str, Cube]:
    cube = Cube(MARKET)
    cube.add(("DE", "EU", location, "ok"), 40)
    return {"market": cube}


def test_arcs_leave_a_lost_location_within_ten_seconds() -> None:
    clock = FakeClock()
    ring = Ring(clock)
    reading = Reading(ring, History(Database("postgresql://127.0.0.1:1/none"), clock), dict, clock)
    for second in range(70):
        clock.advance(1)
        ring.add("EU", "EU-1", {ring.second - 1: going("europe-west1" if second < 60 else "europe-west4")})
    shown = View(reading, Seen(avalo(), {}, NOTHING, {}), clock.now())
    assert [(each["location"], each["rps"]) for each in shown.flows()] == [("europe-west4", 40.0)]


def test_what_is_of_half_a_minute_is_read_every_two_seconds_and_of_five_seconds_each_time() -> None:
    remembered, read = Remembered(), list[str]()
    for second in range(12):
        for metric, over in (("error_rate", 30.0), ("requests_per_second", 5.0), ("active_users", 300.0)):
            query = Query(metric, over=over)
            remembered.read(query, second + 0.02 * (second % 3), lambda: read.append(query.metric) or {})  # noqa: B023
    assert [read.count(each) for each in ("error_rate", "requests_per_second", "active_users")] == [6, 12, 3]


class Creeping(FakeClock):
    """Time that goes on while numbers are read."""

    pace = 0.0

    def now(self) -> datetime:
        self.advance(self.pace)
        return super().now()


def test_the_whole_and_its_parts_are_of_the_same_moment() -> None:
    clock = Creeping()
    ring = Ring(clock)
    reading = Reading(ring, History(Database("postgresql://127.0.0.1:1/none"), clock), dict, clock)
    begun = ring.second
    for second in range(begun, begun + 40):
        ring.add("EU", "EU-1", {second: traffic(second - begun)})
        clock.advance(1)
    clock.pace = 0.3
    live = View(reading, Seen(avalo(), {}, NOTHING, {}), clock.now()).live()
    assert live["rps"] > 0
    assert live["rps"] == sum(each["rps"] for each in live["regions"])


def test_what_nobody_knows_is_not_nothing() -> None:
    clock = FakeClock()
    reading = Reading(Ring(clock), History(Database("postgresql://127.0.0.1:1/none"), clock), dict, clock)
    live = LiveOut.model_validate(
        View(reading, Seen(avalo(), {}, None, {"level": 0, "name": "normal"}), clock.now()).live()
    )
    assert (live.support.open, live.payouts.pending, live.tokens.net, live.fraud_alerts.active) == (None,) * 4
    assert (live.active_users, live.rps, {each.rps for each in live.regions}) == (None, None, {None})
