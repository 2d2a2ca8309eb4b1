from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meridian.core.errors import InvalidInput
from meridian.loadtest.plan import Origin, Shard
from meridian.loadtest.scenario.crowd import Crowd, User, gather
from meridian.loadtest.scenario.model import Users
from tests.loadtest.scenario.targets import target


def users(**more: object) -> Users:
    return Users.model_validate({"count": 2000, **more})


def everybody(crowd: Crowd) -> list[User]:
    return [crowd.user(number) for number in range(len(crowd))]


def test_users_are_where_the_world_is_by_the_square_root_of_its_addresses() -> None:
    counts = Counter(user.country for user in everybody(gather(users(), target(), 1)))
    whole = 0.5 + 0.8 + 0.11**0.5
    for code, weight in {"DE": 0.5, "US": 0.8, "IN": 0.11**0.5}.items():
        assert counts[code] / 2000 == pytest.approx(weight / whole, abs=0.04)


def test_users_belong_to_the_region_of_their_country_and_use_its_edge() -> None:
    found = everybody(gather(users(countries={"US": 1, "IN": 1}), target(), 1))
    assert {(user.country, user.home, user.origin) for user in found} == {("US", "US", 1), ("IN", "APAC", 2)}


def test_travellers_use_another_regions_edge_and_stay_at_home_in_their_own() -> None:
    found = everybody(gather(users(countries={"US": 1}, travellers=0.25), target(), 1))
    edges = Counter(user.origin for user in found)
    assert {user.home for user in found} == {"US"}
    assert edges[1] / 2000 == pytest.approx(0.75, abs=0.04)
    assert edges[0] == pytest.approx(edges[2], rel=0.3)


def test_a_region_without_an_edge_here_is_asked_for_at_the_first() -> None:
    one = target(origins=[Origin("EU", "127.0.0.1", 1, "x")])
    assert {user.origin for user in everybody(gather(users(travellers=0.5), one, 1))} == {0}


def test_each_has_an_address_in_their_country_and_of_their_own() -> None:
    found = everybody(gather(users(), target(), 1))
    assert len({user.address for user in found}) == 2000
    first = {"DE": "1.", "US": "2.", "IN": "3."}
    assert all(user.address.startswith(first[user.country]) for user in found)


def test_those_of_a_country_can_share_one_address() -> None:
    assert len({user.address for user in everybody(gather(users(own_address=False), target(), 1))}) == 3


def test_without_a_header_for_them_no_addresses_are_told() -> None:
    found = everybody(gather(users(countries={"US": 1}), target(client_header="", addresses=None), 1))
    assert {user.address for user in found} == {""}


def test_tiers_are_as_they_weigh_and_anonymous_users_have_none() -> None:
    found = everybody(gather(users(tiers={"free": 3, "vip": 1}, anonymous=0.1), target(), 1))
    counts = Counter(user.tier for user in found)
    assert counts[""] / 2000 == pytest.approx(0.1, abs=0.03)
    assert counts["vip"] / (counts["vip"] + counts["free"]) == pytest.approx(0.25, abs=0.04)
    assert all(bool(user.id) == bool(user.tier) for user in found)
    named = [user.id for user in found if user.id]
    assert len(set(named)) == len(named)


def test_a_scale_makes_fewer_and_another_seed_others() -> None:
    assert len(gather(users(), target(), 1, 0.1)) == 200
    assert len(gather(users(), target(), 1, 0.00001)) == 1
    assert everybody(gather(users(), target(), 1)) == everybody(gather(users(), target(), 1))
    one, other = ({user.id for user in everybody(gather(users(), target(), seed))} for seed in (1, 2))
    assert not one & other


def test_a_country_without_addresses_is_said() -> None:
    with pytest.raises(InvalidInput, match="no address in AQ is known"):
        gather(users(countries={"AQ": 1}), target(), 1)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 300), st.integers(0, 2000), st.integers(1, 8))
def test_a_shard_gets_ready_exactly_those_who_ask_in_it(size: int, flows: int, count: int) -> None:
    nothing = np.zeros(size)
    crowd = Crowd("x", ["DE"], ["EU"], ["free"], nothing, nothing, nothing, nothing, [])  # type: ignore[arg-type]
    for index in range(count):
        asking = {number % size for number in range(index, flows, count)}
        assert crowd.of(Shard(index, count), flows) == sorted(asking)
