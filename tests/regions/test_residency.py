"""No request leaves its residency set: generated configurations x faults, through a simulator that reads compiled bytes.

How many configurations is an option, `pytest tests/regions/test_residency.py --configurations 10000`.
"""

import itertools
import random
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings

from meridian.config.checks import check
from meridian.config.schema.root import Config
from meridian.envoy.compiler import compile_edges
from meridian.features import features
from meridian.regions.policy import Facts, route_feature
from tests.support.configs import CODES, Seeded, configurations, generated, local_inventory, small
from tests.support.simulator import World

PART = 100
"""Configurations a test: small enough to be spread over processes."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "part" in metafunc.fixturenames:
        count = metafunc.config.getoption("--configurations")
        metafunc.parametrize("part", range(0, count, PART))


def test_generated_configurations_never_lead_out_of_a_residency_set(
    part: int, request: pytest.FixtureRequest
) -> None:
    for seed in range(part, min(part + PART, request.config.getoption("--configurations"))):
        hold(generated(Seeded(seed)), random.Random(seed), f"seed {seed}")


@given(configurations())
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
def test_drawn_configurations_never_lead_out_of_a_residency_set(config: Config) -> None:
    hold(config, random.Random(0), "drawn")


def hold(config: Config, chance: random.Random, name: str) -> None:
    """Everything that must hold of one configuration."""
    refused_for_every_leak(config, name)
    where = local_inventory(config)
    world = World.of(compile_edges(config, where, features()), where)
    for edge in chance.sample(list(config.regions), min(2, len(config.regions))):
        for user in config.regions:
            for feature in config.features:
                stays_inside(config, world, edge, user, feature, name)
                agrees_with_policy(config, world, edge, user, feature, chance, name)


def stays_inside(config: Config, world: World, edge: str, user: str, feature: str, name: str) -> None:
    """With everything down, every location that any combination of failures could lead to is tried. Also for a target that the
    stamp would not choose."""
    inside = residency(config, feature, user)
    for target in config.regions:
        headers = {"x-meridian-region": user, "x-meridian-target": target}
        if config.features[feature].route == "home" and target != user:
            continue  # the stamp makes the two of one value; a route need not look at both
        tried = world.ask(edge, path_of(config, feature), headers, down=config.locations).tried
        assert set(tried) <= inside, (
            f"{name}: edge {edge}, user of {user}, {feature} towards {target}: {tried}"
        )


def agrees_with_policy(
    config: Config, world: World, edge: str, user: str, feature: str, chance: random.Random, name: str
) -> None:
    for down in faults(list(config.locations), chance):
        facts = Facts(home=user, country=chance.choice((*CODES, "")))
        decided = route_feature(config, facts, feature, down)
        headers = {"x-meridian-region": decided.user_region, "x-meridian-target": decided.target}
        found = world.ask(edge, path_of(config, feature), headers, down)
        assert (found.status, found.location) == (decided.status, decided.location), (
            f"{name}: edge {edge}, user of {user}, {feature}, down {sorted(down)}: {decided.chain}"
        )


def faults(locations: Sequence[str], chance: random.Random) -> Iterator[frozenset[str]]:
    yield frozenset()
    yield frozenset(locations)
    for _ in range(3):
        yield frozenset(each for each in locations if chance.random() < 0.5)


def residency(config: Config, feature: str, user: str) -> set[str]:
    """As the configuration says it, not as the policy reads it."""
    bound = config.features[feature].residency
    if bound == "open":
        return set(config.locations)
    return set(config.residency[config.regions[user].residency if bound == "home" else bound].locations)


def path_of(config: Config, feature: str) -> str:
    """A path of the feature that belongs to no other: below its first."""
    return f"{config.features[feature].paths[0].rstrip('/')}/1"


def refused_for_every_leak(config: Config, name: str) -> None:
    """What the policy leaves out of a chain, validation refuses, and says which step of which chain it was."""
    said = " ".join(finding.what for finding in check(config))
    for feature, each in config.features.items():
        if each.route not in ("home", "pinned"):
            continue
        for user in config.regions:
            inside = residency(config, feature, user)
            region = config.regions[(each.region or user) if each.route == "pinned" else user]
            others = region.locations[1:] if region.failover is None else region.failover
            home, *_ = chain = list(dict.fromkeys((region.locations[0], *others)))
            if home not in inside:
                assert f"{home} for users of" in said or f"home location {home}" in said, f"{name}: {feature}"
                continue
            for before, after in itertools.pairwise(chain):
                if after not in inside:
                    assert f"{before} -> {after} leads out of" in said, f"{name}: {feature}, user of {user}"


def test_a_feature_whose_set_leaves_the_users_region_out_goes_where_it_may() -> None:
    """The wallet of a US user, when it is routed by nearness but bound to Europe."""
    config = small(
        features={
            "wallet": {"service": "wallet", "paths": ["/v1/wallet"], "route": "nearest", "residency": "gdpr"}
        }
    )
    answer = route_feature(config, Facts(home="US", country="US"), "wallet")
    assert (answer.user_region, answer.target, answer.location) == ("US", "EU", "europe-west1")


def test_locations_of_one_region_stand_together_as_its_edge_tries_them() -> None:
    regions = small().model_dump(mode="json")["regions"]
    regions["EU"]["failover"] = ["us-central1", "europe-west4"]
    config = small(
        regions=regions,
        features={"media": {"service": "media", "paths": ["/"], "residency": "open"}},
    )
    assert route_feature(config, Facts(home="EU"), "media").chain == (
        "europe-west1",
        "europe-west4",
        "us-central1",
    )
