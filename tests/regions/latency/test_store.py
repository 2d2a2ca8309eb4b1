"""What clients measured, over a real PostgreSQL."""

import asyncio
from datetime import timedelta

from meridian.regions.latency.store import Measurements, Sample
from tests.regions.bench import Bench


async def test_samples_count_for_the_country_and_for_the_network(bench: Bench) -> None:
    stored, now = Measurements(bench.database), bench.clock.now()
    await stored.add([Sample("EU", 40), Sample("EU", 41), Sample("APAC", 95)], "AE", "5.36.0.0/24", now)
    await stored.add([Sample("EU", 300)], "AE", "5.36.1.0/24", now)
    found = await stored.countries(now - timedelta(minutes=15))
    assert {region: m.samples for region, m in found["AE"].items()} == {"EU": 3, "APAC": 1}
    assert 38 < found["AE"]["EU"].median < 43
    assert (await stored.network("5.36.1.0/24", now - timedelta(minutes=15)))["EU"].samples == 1


async def test_many_writers_at_once_lose_no_sample(bench: Bench) -> None:
    stored, now = Measurements(bench.database), bench.clock.now()
    samples = [Sample(region, ms) for region in ("EU", "US", "APAC") for ms in (10, 50, 90)]
    await asyncio.gather(
        *(stored.add(samples[n % 9 :] + samples[: n % 9], "IN", "49.36.0.0/24", now) for n in range(30))
    )
    found = await stored.countries(now)
    assert {region: m.samples for region, m in found["IN"].items()} == {"EU": 90, "US": 90, "APAC": 90}


async def test_what_is_older_than_the_window_is_forgotten(bench: Bench) -> None:
    stored, now = Measurements(bench.database), bench.clock.now()
    await stored.add([Sample("EU", 40)], "AE", "5.36.0.0/24", now)
    later = now + timedelta(minutes=20)
    await stored.add([Sample("EU", 50)], "AE", "5.36.0.0/24", later)
    assert (await stored.countries(later - timedelta(minutes=15)))["AE"]["EU"].samples == 1
    await stored.prune(later - timedelta(minutes=15))
    assert (await stored.countries(now - timedelta(days=1)))["AE"]["EU"].samples == 1
    assert (await stored.network("5.36.0.0/24", now - timedelta(days=1)))["EU"].samples == 1


async def test_single_networks_take_bounded_room_and_the_oldest_go_first(bench: Bench) -> None:
    stored, now = Measurements(bench.database), bench.clock.now()
    for minute in range(6):
        at = now + timedelta(minutes=minute)
        await stored.add([Sample("EU", 40), Sample("US", 90)], "", f"10.0.{minute}.0/24", at)
    await stored.prune(now, most=6)
    kept = [minute for minute in range(6) if await stored.network(f"10.0.{minute}.0/24", now)]
    assert kept == [3, 4, 5]


async def test_preferences_are_as_last_decided(bench: Bench) -> None:
    stored, now = Measurements(bench.database), bench.clock.now()
    await stored.prefer("nearest", "AE", "EU", now)
    await stored.prefer("EU", "FR", "US", now)
    await stored.prefer("EU", "FR", "APAC", now)
    await stored.prefer("US", "BR", "EU", now)
    await stored.prefer("US", "BR", "", now)
    found = await stored.preferences()
    assert found.nearest == {"AE": "EU"}
    assert found.optimal == {"EU": {"FR": "APAC"}}
