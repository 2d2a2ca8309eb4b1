import random

from hypothesis import given
from hypothesis import strategies as st

from meridian.world.traffic.crowd import LARGEST, SMALLEST, gather, size_for
from meridian.world.traffic.law import law
from meridian.world.traffic.mix import mix
from tests.world.conftest import CONFIG

ADDRESSES = {"DE": ("1.0.0.1", "1.0.0.2"), "US": ("2.0.0.1",), "IN": ("3.0.0.1",), "JP": ()}


def sign(id: str, tier: str, country: str) -> str:
    return f"{id}/{tier}/{country}"


@given(st.integers(0, 2**32), st.integers(1, 400))
def test_every_country_with_addresses_is_there_and_users_are_themselves(seed: int, count: int) -> None:
    users = gather(ADDRESSES, {"US": 0.9}, law(CONFIG), mix("steady"), sign, count, random.Random(seed))
    assert {user.country for user in users} == {"DE", "US", "IN"}
    assert len(users) == max(3, count)
    assert len({user.id for user in users}) == len(users)
    for user in users:
        assert user.address in ADDRESSES[user.country]
        assert user.home == {"DE": "EU", "US": "US", "IN": "APAC"}[user.country]
        assert user.token == f"{user.id}/{user.tier}/{user.country}"


def test_some_travel_and_most_do_not() -> None:
    users = gather(ADDRESSES, {}, law(CONFIG), mix("launch-day"), sign, 2000, random.Random(1))
    away = sum(user.edge != user.home for user in users)
    assert 0.03 < away / len(users) < 0.07


def test_the_same_seed_gathers_the_same_crowd() -> None:
    crowds = [gather(ADDRESSES, {}, law(CONFIG), mix("steady"), sign, 50, random.Random(9)) for _ in range(2)]
    assert crowds[0] == crowds[1]


def test_the_crowd_grows_with_the_rate_within_bounds() -> None:
    assert [size_for(rps) for rps in (1, 100, 100_000)] == [SMALLEST, 1000, LARGEST]
