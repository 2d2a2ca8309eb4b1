"""What goes out when, over a simulated target: exact, and the same however a run is cut into shards."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meridian.loadtest.engine.exchange import Exchange
from meridian.loadtest.engine.sender import BATCH, NEVER, Sender
from meridian.loadtest.outcomes import CHECK
from meridian.loadtest.plan import Answer, Arrival, Ask, Seen, Shard
from meridian.loadtest.record import Record
from tests.loadtest.engine.plans import PlainPlan, origin
from tests.loadtest.engine.simulated import simulate

ORIGINS = [origin(1)]


@settings(max_examples=12, deadline=None)
@given(
    cuts=st.sampled_from([(2,), (4,), (5,), (2, 3)]),
    rate=st.sampled_from([7.0, 100.0, 333.3]),
    flow=st.integers(1, 3),
    seed=st.integers(0, 1000),
)
def test_shards_together_are_one_run_sample_for_sample(
    cuts: tuple[int, ...], rate: float, flow: int, seed: int
) -> None:
    plan = PlainPlan(ORIGINS, rate=rate, seconds=3.0, timeout=0.2, flow=flow, think=0.01)
    whole, _ = simulate(plan, seed=seed)
    shards = [Shard()]
    for count in cuts:
        shards = [each.within(index, count) for each in shards for index in range(count)]
    merged = Record(plan.timeout)
    for shard in shards:
        merged.merge(simulate(plan, shard, seed)[0].take())
    assert merged.to_json() == whole.to_json()
    assert whole.between(0, 9).count() >= int(rate * 3)


def test_an_open_run_does_not_wait_for_answers() -> None:
    record, target = simulate(PlainPlan(ORIGINS, rate=1000, seconds=2.0, timeout=5.0))
    first = record.second(0)
    assert (first.due, first.sent) == (1000, 1000)
    assert target.most > 20, "fifty milliseconds' worth of requests were under way"
    assert set(first.lag) == {0}


def test_a_closed_run_has_as_many_requests_under_way_as_users() -> None:
    record, target = simulate(PlainPlan(ORIGINS, closed=7, seconds=5.0))
    assert target.most == 7
    total = record.between(0, 99)
    assert total.count() == total.sent == target.asked
    assert 0.6 < total.count() / (7 * 5.0 / 0.05) < 1.4, "each asks again after its answer"


def test_shards_of_a_closed_run_share_its_users() -> None:
    plan = PlainPlan(ORIGINS, closed=7, seconds=1.0)
    assert [simulate(plan, Shard(index, 3))[1].most for index in range(3)] == [3, 2, 2]


def test_a_later_step_is_due_after_the_answer_and_the_thought() -> None:
    @dataclass
    class At(PlainPlan):
        def arrivals(self, shard: Shard) -> Iterator[Arrival]:
            yield Arrival(0, 0.5)

    sent: list[Exchange] = []

    class Transport:
        def send(self, exchange: Exchange) -> None:
            sent.append(exchange)

    now = [0.0]
    record = Record()
    hurried: list[float] = []
    plan = At(ORIGINS, flow=2, think=0.25, seconds=2.0)
    sender = Sender(plan, Shard(), record, Transport(), lambda: now[0], hurried.append)
    assert sender.turn(0.0) == 0.5
    assert not sent
    now[0] = 0.5
    assert sender.turn(0.5) == NEVER
    now[0] = 0.75
    sent[0].done(sent[0], answer := Answer(200))
    assert answer.ms == 250
    assert hurried == [1.0]
    assert sender.turn(0.75) == 1.0
    now[0] = 1.002
    sender.turn(1.002)
    assert sent[1].due == 1.0
    assert record.second(1).lag == lag_of(0.002)


def lag_of(seconds: float) -> dict[int, int]:
    made = Record()
    made.sent(0.0, seconds)
    return made.second(0).lag


class Held:
    """A transport that keeps what it is given."""

    def __init__(self) -> None:
        self.sent: list[Exchange] = []

    def send(self, exchange: Exchange) -> None:
        self.sent.append(exchange)


def test_a_sender_that_comes_late_sends_everything_and_counts_from_when_it_was_due() -> None:
    held, record, now = Held(), Record(), [0.0]
    sender = Sender(
        PlainPlan(ORIGINS, rate=1000, seconds=1.0, timeout=10), Shard(), record, held, lambda: now[0]
    )
    now[0] = 1.5
    turns = 0
    while sender.turn(now[0]) != NEVER:
        turns += 1
        assert len(held.sent) == turns * BATCH, "answers are read in between"
    assert len(held.sent) == 1000
    now[0] = 1.6
    for exchange in held.sent:
        exchange.done(exchange, Answer(200))
    latency = record.between(0, 9).latency()
    assert latency.ms(1.0) == pytest.approx(1600, rel=0.001)
    assert latency.ms(0.5) == pytest.approx(1100, rel=0.002)
    assert sender.fresh_lag() == 1.5
    assert sender.fresh_lag() == 0.0


def test_what_could_not_be_sent_before_its_user_had_gone_is_due_and_not_sent() -> None:
    held, record, now = Held(), Record(), [0.0]
    plan = PlainPlan(ORIGINS, rate=100, seconds=1.0, timeout=0.5)
    sender = Sender(plan, Shard(), record, held, lambda: now[0])
    now[0] = 1.0
    while sender.turn(now[0]) != NEVER:
        pass
    assert (record.second(0).due, record.second(0).sent) == (100, 50)
    assert not record.second(0).latencies


def test_after_a_stop_nothing_goes_out_and_what_is_under_way_counts() -> None:
    held, record, now = Held(), Record(), [0.0]
    plan = PlainPlan(ORIGINS, rate=100, seconds=1.0, flow=2)
    sender = Sender(plan, Shard(), record, held, lambda: now[0])
    sender.turn(0.0)
    sender.stop()
    assert sender.due == NEVER
    assert not sender.through
    held.sent[0].done(held.sent[0], Answer(200))
    assert sender.through
    assert record.second(0).count() == len(held.sent) == 1


@pytest.mark.parametrize("where", ["judge", "follow"])
def test_a_scenario_that_fails_on_an_answer_is_a_failed_check(where: str) -> None:
    @dataclass
    class Failing(PlainPlan):
        def judge(self, ask: Ask, answer: Answer) -> Seen:
            if where == "judge":
                raise KeyError("x")
            return PlainPlan.judge(self, ask, answer)

        def follow(self, ask: Ask, answer: Answer) -> tuple[float, Ask] | None:
            raise KeyError("y")

    record, _ = simulate(Failing(ORIGINS, rate=10, seconds=1.0))
    assert {key.outcome for key in record.between(0, 9).latencies} == {CHECK}
    (failure,) = record.between(0, 9).failures
    assert failure.detail == "the scenario failed with KeyError"


@pytest.mark.parametrize("closed", [0, 2])
def test_arrivals_that_ask_for_nothing_are_passed_over(closed: int) -> None:
    @dataclass
    class Odd(PlainPlan):
        def arrivals(self, shard: Shard) -> Iterator[Arrival]:
            return itertools.islice(super().arrivals(shard), 100)

        def begin(self, number: int) -> Ask | None:
            return super().begin(number) if number % 2 else None

    record, target = simulate(Odd(ORIGINS, rate=100, seconds=50.0, closed=closed))
    assert target.asked == 50
    assert record.between(0, 99).due == 50
