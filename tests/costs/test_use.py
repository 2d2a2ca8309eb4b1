from meridian.costs.settings import Costs
from meridian.costs.use import Measured, instances, people, uses
from meridian.telemetry.cube import Cube
from meridian.telemetry.kinds import BUSINESS, PEOPLE, TRAFFIC
from tests.support.configs import local_inventory, small


def measured() -> Measured:
    traffic, business, users = Cube(TRAFFIC), Cube(BUSINESS), Cube(PEOPLE)
    for region, feature, n in (("EU", "chat", 100), ("EU", "ai", 7), ("US", "ai", 5)):
        traffic.add((region, "", feature, "", "", ""), n, 1, n * 1000)
    business.add(("EU", "cdn.kilobytes"), 1, 3)
    business.add(("US", "token.purchased"), 4, 900)
    business.add(("US", "token.earned"), 4, 60)
    for region, names in (("EU", ["a", "b", "c"]), ("US", ["c", "d"])):
        cell = users.cell((region, "users"))
        assert cell.distinct is not None
        cell.distinct.update(names)
        other = users.cell((region, "clients"))
        assert other.distinct is not None
        other.distinct.update(f"{name}-{n}" for name in names for n in range(9))
    return Measured(traffic, business, users)


def test_use_is_that_of_each_region() -> None:
    config = small()
    found = uses(Costs(), config, local_inventory(config), measured())
    assert set(found) == set(config.regions)
    here, there = found["EU"], found["US"]
    assert (here.requests, here.bytes_out, here.ai_requests, here.cdn_bytes) == (107, 107_000, 7, 3000)
    assert (there.requests, there.ai_requests, there.purchases, there.earned) == (5, 5, 4, 60)
    assert (round(here.users), round(there.users)) == (3, 2)
    assert found["APAC"].requests == 0


def test_somebody_who_was_in_two_regions_is_one_user_of_all() -> None:
    assert round(people(measured().people)) == 4


def test_instances_are_different_addresses() -> None:
    config = small()
    assert instances(config, local_inventory(config), "EU") == len(config.regions["EU"].locations)
