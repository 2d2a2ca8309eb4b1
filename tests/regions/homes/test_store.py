"""Homes and overrides, over a real PostgreSQL."""

from datetime import timedelta

import psycopg
import pytest

from meridian.regions.homes.store import FIRST_CONTACT, Home, Homes, Override, Overrides
from tests.regions.bench import Bench


async def test_the_first_home_stays_whoever_comes_second(bench: Bench) -> None:
    homes, now = Homes(bench.database), bench.clock.now()
    first = Home("u1", "EU", FIRST_CONTACT, "rule country", now)
    assert await homes.first(first, ["EU", "US"]) == first
    later = Home("u1", "US", FIRST_CONTACT, "rule country", now + timedelta(hours=1))
    assert await homes.first(later, ["EU", "US"]) == first
    assert await homes.get("u1") == first


async def test_a_home_in_a_region_that_is_no_more_is_replaced(bench: Bench) -> None:
    homes, now = Homes(bench.database), bench.clock.now()
    await homes.first(Home("u1", "MENA", FIRST_CONTACT, "rule country", now), ["EU", "MENA"])
    fresh = Home("u1", "EU", FIRST_CONTACT, "rule country", now)
    assert await homes.first(fresh, ["EU", "US"]) == fresh


async def test_an_operator_s_assignment_replaces_and_can_be_forgotten(bench: Bench) -> None:
    homes, now = Homes(bench.database), bench.clock.now()
    await homes.first(Home("u1", "EU", FIRST_CONTACT, "rule country", now), ["EU", "US"])
    await homes.assign(Home("u1", "US", "operator", "anna", now))
    found = await homes.get("u1")
    assert found is not None
    assert (found.region, found.source, found.decided_by) == ("US", "operator", "anna")
    await homes.forget("u1")
    assert await homes.get("u1") is None


async def test_an_override_is_in_force_until_it_expires_or_is_cleared(bench: Bench) -> None:
    overrides, now = Overrides(bench.database), bench.clock.now()
    await overrides.put(Override("u1", "EU", "vip", "anna", now))
    await overrides.put(Override("u2", "US", "test", "anna", now, now + timedelta(seconds=10)))
    assert list(await overrides.in_force(now)) == ["u1", "u2"]
    later = now + timedelta(seconds=10)
    assert list(await overrides.in_force(later)) == ["u1"]
    assert await overrides.get("u2", later) is None
    assert [each.user for each in await overrides.expired(later)] == ["u2"]
    await overrides.clear("u1")
    assert await overrides.in_force(now) == {
        "u2": Override("u2", "US", "test", "anna", now, now + timedelta(seconds=10))
    }


async def test_clearing_what_has_expired_spares_what_was_renewed(bench: Bench) -> None:
    overrides, now = Overrides(bench.database), bench.clock.now()
    renewed = Override("u1", "EU", "vip", "anna", now, now + timedelta(hours=1))
    await overrides.put(renewed)
    await overrides.clear("u1", expired_by=now)
    assert await overrides.get("u1", now) == renewed


@pytest.mark.parametrize("user", ["", "a" * 257])
async def test_the_tables_too_refuse_impossible_ids(bench: Bench, user: str) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        await Homes(bench.database).assign(Home(user, "EU", "operator", "anna", bench.clock.now()))
    with pytest.raises(psycopg.errors.CheckViolation):
        await Overrides(bench.database).put(Override(user, "EU", "vip", "anna", bench.clock.now()))
