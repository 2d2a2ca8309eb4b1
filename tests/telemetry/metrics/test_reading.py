"""Metrics from memory and from a real history, joined so that nobody sees the seam."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest

from meridian.core.clock import FakeClock
from meridian.core.errors import InvalidInput, Unavailable
from meridian.envoy.report import EdgeReport
from meridian.store.database import Database
from meridian.telemetry.cube import Cube
from meridian.telemetry.history.history import History
from meridian.telemetry.kinds import ACTION, BUSINESS, GAUGE, PEOPLE
from meridian.telemetry.live.ring import Ring
from meridian.telemetry.metrics.catalogue import METRICS
from meridian.telemetry.metrics.query import Query, Value
from meridian.telemetry.metrics.reading import Reading
from tests.telemetry.history.conftest import history  # noqa: F401 - a fixture
from tests.telemetry.history.keeping import deliver
from tests.telemetry.live.test_ring import traffic
from tests.telemetry.metrics.edges import report

Reports = Mapping[str, Sequence[EdgeReport]]


class Bench:
    def __init__(self, store: History, clock: FakeClock) -> None:
        self.clock = clock
        self.ring = Ring(clock)
        self.reports: Reports = {}
        self.reading = Reading(self.ring, store, lambda: self.reports, clock)

    def tell(self, cubes: Mapping[str, Cube], instance: str = "EU-1") -> None:
        self.ring.add("EU", instance, {self.ring.second: cubes})

    async def now(
        self, metric: str, over: float = 60, by: tuple[str, ...] = (), **where: str
    ) -> Mapping[object, Value]:
        found = await self.reading.now(
            Query(metric, {name: (each,) for name, each in where.items()}, by, over)
        )
        return {group[0] if group else "": value for group, value in found.items()}


@pytest.fixture
def bench() -> Bench:
    """Without PostgreSQL."""
    clock = FakeClock()
    return Bench(History(Database("postgresql://127.0.0.1:1/none"), clock), clock)


async def test_requests_errors_and_latency_of_the_last_minute(bench: Bench) -> None:
    for second in range(120):
        bench.clock.advance(1)
        bench.tell(traffic(8, took=100 + second))
        bench.tell(traffic(2, "europe-west4", "5xx", 900))
        bench.tell(traffic(90, status="429", took=1))
    assert (await bench.now("requests_per_second", status="2xx"))[""] == Value(8.0, 480)
    errors = await bench.now("error_rate", by=("location",))
    assert errors["europe-west4"] == Value(1.0, 120)
    assert errors["europe-west1"].value == 0
    assert (await bench.now("refusal_rate"))[""].value == pytest.approx(0.9)
    # The fast refusals are no answers that anyone waited for.
    assert (await bench.now("latency_p50"))[""].value == pytest.approx(194, rel=0.02)
    assert (await bench.now("latency_p95"))[""].value == pytest.approx(900, rel=0.01)
    assert (await bench.now("latency_mean"))[""].value == pytest.approx(0.8 * 188 + 0.2 * 900, rel=0.02)


async def test_gauges_add_up_or_not_as_they_should(bench: Bench) -> None:
    bench.clock.advance(100)
    cube = Cube(GAUGE)
    for region, failed, waited in (("EU", 3.0, 60.0), ("US", 5.0, 120.0)):
        for _ in range(4):
            cube.add(("payouts_failed", region, ""), 1, failed, failed)
            cube.add(("ticket_response_time", region, ""), 1, waited, waited)
            cube.add(("degradation_level", region, ""), 1, failed, failed)
    bench.ring.observe({"gauge": cube})
    bench.clock.advance(2)
    assert (await bench.now("payouts_failed"))[""] == Value(8.0, 8)
    assert (await bench.now("payouts_failed", by=("region",)))["US"].value == 5
    assert (await bench.now("ticket_response_time"))[""].value == 90
    assert (await bench.now("degradation_level"))[""].value == 5


async def test_business_people_and_limits(bench: Bench) -> None:
    bench.clock.advance(100)
    business, people, action = Cube(BUSINESS), Cube(PEOPLE), Cube(ACTION)
    business.add(("EU", "token.earned"), 6, 300)
    business.add(("EU", "token.spent"), 2, 100)
    business.add(("EU", "cdn.hit"), 90, 0)
    business.add(("EU", "cdn.miss"), 10, 0)
    users = people.cell(("EU", "users")).distinct
    assert users is not None
    users.update(f"u{n}" for n in range(100))
    action.add(("chat", "free", "EU", ""), 10)
    action.add(("chat", "free", "EU", "chat"), 30)
    bench.tell({"business": business, "people": people, "action": action})
    bench.clock.advance(2)
    assert (await bench.now("tokens_net"))[""] == Value(200.0, 8)
    assert (await bench.now("token_transactions"))[""].value == 8
    assert (await bench.now("cdn_hit_rate"))[""].value == 0.9
    assert (await bench.now("active_users"))[""].value == 100
    assert await bench.now("paying_users") == {}
    assert (await bench.now("limit_refusals_per_second", by=("limit",)))["chat"].n == 30


async def test_just_after_a_start_rates_are_of_the_seconds_there_were(bench: Bench) -> None:
    for _ in range(11):
        bench.clock.advance(1)
        bench.tell(traffic(10))
    assert (await bench.now("requests_per_second", over=300))[""].value == pytest.approx(9.0, rel=0.12)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (Query("eror_rate"), "did you mean error_rate?"),
        (Query("error_rate", by=("status",)), "error_rate has no label 'status'"),
        (Query("error_rate", {"x" * 1000: ("a",)}), "has no label 'xxx"),
        (Query(""), "no metric is called ''"),
    ],
)
async def test_what_there_is_not_is_refused_with_what_there_is(bench: Bench, query: Query, said: str) -> None:
    now = bench.clock.now()
    for asked in (bench.reading.now(query), bench.reading.range(query, now - timedelta(hours=1), now)):
        with pytest.raises(InvalidInput) as refused:
            await asked
        assert said in str(refused.value)
        assert len(str(refused.value)) < 300


async def test_every_metric_can_be_asked_by_each_of_its_labels(bench: Bench) -> None:
    bench.clock.advance(100)
    now = bench.clock.now()
    for metric in METRICS.values():
        for by in ((), *((label,) for label in metric.labels), metric.labels[:4]):
            assert await bench.reading.now(Query(metric.name, by=by)) == {}
            found = await bench.reading.range(Query(metric.name, by=by), now - timedelta(seconds=30), now)
            assert found.lines == []


async def test_with_postgresql_away_the_last_minutes_are_there_and_the_last_hour_is_not(bench: Bench) -> None:
    for _ in range(600):
        bench.clock.advance(1)
        bench.tell(traffic(4))
    now = bench.clock.now()
    found = await bench.reading.range(Query("requests_per_second"), now - timedelta(minutes=5), now)
    assert (found.step, set(found.lines[0].values[1:-1])) == (10, {4.0})
    near = await bench.reading.range(Query("requests_per_second"), now - timedelta(minutes=1), now)
    assert (near.step, near.lines[0].values) == (1, [4.0] * 58)
    with pytest.raises(InvalidInput, match="10 s"):
        await bench.reading.range(Query("requests_per_second"), now - timedelta(minutes=5), now, 5)
    wide = await bench.reading.range(Query("requests_per_second"), now - timedelta(minutes=9), now, 60)
    assert wide.lines[0].values[1:-1] == [4.0] * 6
    with pytest.raises(Unavailable):
        await bench.reading.range(Query("error_rate"), now - timedelta(hours=1), now)
    with pytest.raises(Unavailable):
        await bench.reading.now(Query("error_rate", over=3600))


async def test_a_range_is_joined_of_history_and_memory(history: History) -> None:  # noqa: F811
    clock = history.clock
    assert isinstance(clock, FakeClock)
    bench = Bench(history, clock)
    for _ in range(360):
        clock.advance(10)
        second = int(clock.now().timestamp()) - 10
        await deliver(history, {second: traffic(50)})
    bench.ring = Ring(clock)
    bench.reading = Reading(bench.ring, history, dict, clock)
    begun = int(clock.now().timestamp())
    for _ in range(60):
        clock.advance(1)
        bench.tell(traffic(5))
    await deliver(history, {begun: traffic(50), begun + 10: traffic(50), begun + 20: traffic(50)})
    now = clock.now()
    found = await bench.reading.range(Query("requests_per_second"), now - timedelta(hours=1), now)
    values = found.lines[0].values
    assert found.step == 10
    assert all(value == pytest.approx(5, abs=0.6) for value in values[1:-1]), values
    assert (await bench.now("requests_per_second", over=1800))[""].value == pytest.approx(5, rel=0.03)


@pytest.mark.parametrize("over", [60, 300])
async def test_the_newest_value_is_of_a_time_that_is_over_and_was_told(bench: Bench, over: int) -> None:
    for passed in range(1, 700):
        bench.clock.advance(1)
        bench.ring.add("EU", "EU-1", {bench.ring.second - 3: traffic(4, took=100 if passed % 10 else 7)})
        if passed < 690:
            continue
        now = bench.clock.now()
        for metric, least in (("requests_per_second", 4.0), ("latency_p95", 7.0 if over == 60 else 99.0)):
            found = await bench.reading.range(Query(metric), now - timedelta(seconds=over), now)
            last = found.lines[0].values[-1]
            assert last is not None
            assert last >= least, (metric, passed)
            assert now.timestamp() - found.times[-1] - found.step < found.step + 3


async def test_a_world_younger_than_a_step_shows_what_it_has(history: History) -> None:  # noqa: F811
    clock = history.clock
    assert isinstance(clock, FakeClock)
    begun = int(clock.now().timestamp()) // 7200 * 7200
    clock.advance(begun + 7200 + 60 - clock.now().timestamp())
    bench = Bench(history, clock)
    for _ in range(9):
        clock.advance(10)
        await deliver(history, {int(clock.now().timestamp()) - 10: traffic(40)})
    now = clock.now()
    found = await bench.reading.range(Query("requests_per_second"), now - timedelta(days=7), now, 7200)
    assert found.times[-1] == begun + 7200
    assert found.lines


async def test_before_history_is_ready_only_memory_answers(bench: Bench) -> None:
    reading = Reading(
        bench.ring, bench.reading.history, dict, bench.clock, lambda: "the database could not be migrated"
    )
    bench.clock.advance(100)
    bench.tell(traffic(4))
    bench.clock.advance(10)
    now = bench.clock.now()
    found = await reading.range(Query("requests_per_second"), now - timedelta(seconds=60), now)
    assert sum(value or 0 for value in found.lines[0].values) == 4
    for asked in (
        reading.range(Query("requests_per_second"), now - timedelta(hours=1), now),
        reading.range(Query("requests_per_second"), now - timedelta(hours=1), now, 60),
        reading.now(Query("requests_per_second", over=3600)),
    ):
        with pytest.raises(Unavailable, match="could not be migrated"):
            await asked


@pytest.mark.parametrize(
    ("since", "until", "step"),
    [(1, 2, None), (-1, 0, None), (500 * 86400, 0, None), (3600, 0, 1), (3600, 0, 0)],
)
async def test_a_range_that_is_none_is_refused(
    bench: Bench, since: int, until: int, step: int | None
) -> None:
    bench.clock.advance(100)
    now = bench.clock.now()
    with pytest.raises(InvalidInput):
        await bench.reading.range(
            Query("error_rate"), now - timedelta(seconds=since), now - timedelta(seconds=until), step
        )


def test_it_is_fresh_once_every_edge_that_reports_has_told_numbers(bench: Bench) -> None:
    assert not bench.reading.fresh()
    bench.reports = {"EU": [report("EU", "EU-1"), report("EU", "EU-2")]}
    bench.clock.advance(20)
    bench.tell(traffic(1), "EU-1")
    assert not bench.reading.fresh()
    bench.tell({}, "EU-2")
    assert bench.reading.fresh()
    bench.reports = {"EU": [report("EU", "EU-3")]}
    assert not bench.reading.fresh()
    bench.clock.advance(60)
    assert bench.reading.fresh()


def test_with_no_edge_at_all_it_is_fresh_after_a_while(bench: Bench) -> None:
    bench.clock.advance(14)
    assert not bench.reading.fresh()
    bench.clock.advance(1)
    assert bench.reading.fresh()
