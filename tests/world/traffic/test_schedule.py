import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meridian.world.traffic.crowd import User
from meridian.world.traffic.mix import mix
from meridian.world.traffic.schedule import WAVE, due_at, schedule

USERS = [User(f"u{n}", "DE", "1.0.0.1", "free", "EU", "EU", "t") for n in range(20)]


@given(st.floats(1, 5000), st.floats(0, 0.9), st.integers(0, 100_000))
def test_requests_are_due_in_order(rps: float, surge: float, number: int) -> None:
    assert 0 <= due_at(number, rps, surge) < due_at(number + 1, rps, surge)


@pytest.mark.parametrize("surge", [0.0, 0.3, 0.9])
def test_a_whole_wave_holds_exactly_its_requests(surge: float) -> None:
    assert due_at(int(100 * WAVE), 100, surge) == pytest.approx(WAVE)
    assert due_at(int(100 * WAVE * 5), 100, surge) == pytest.approx(WAVE * 5)


def test_a_surge_raises_the_rate_in_the_midst_of_a_wave() -> None:
    times = [due_at(n, 100, 0.3) for n in range(2001)]
    rate = {half: sum(half * 10 + 3 < at < half * 10 + 7 for at in times) / 4 for half in (0, 1)}
    middle = sum(8 < at < 12 for at in times) / 4
    assert middle > 120
    assert rate[0] == pytest.approx(100, rel=0.05)


def test_the_same_seed_sends_the_same_and_keys_are_unique() -> None:
    runs = [list(schedule(200, WAVE, mix("launch-day"), USERS, 7)) for _ in range(2)]
    assert runs[0] == runs[1]
    assert abs(len(runs[0]) - 200 * WAVE) <= 1
    assert all(one.at < other.at for one, other in pairwise(runs[0]))
    keys = [due.key for due in runs[0] if due.key]
    assert keys
    assert len(set(keys)) == len(keys)
    assert all(bool(due.key) == due.action.keyed for due in runs[0])


def test_actions_come_in_the_mixs_proportions() -> None:
    sent = list(schedule(1000, 20, mix("chat-heavy"), USERS, random.randrange(2**31)))
    share = sum(due.action.endpoint.service == "chat" for due in sent) / len(sent)
    assert share == pytest.approx(0.8, abs=0.02)
