"""What a drain would cost, before it begins."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meridian.config.schema.root import Config
from meridian.regions.drain.survivors import stranded, verdict
from meridian.regions.policy import get_failover_order, targets
from tests.regions.bench import policy
from tests.support.configs import configurations

CONFIG = policy()
NO_RATES: dict[str, float | None] = {}


def with_capacity(**capacities: float) -> Config:
    locations = {name: {"capacity": capacities.get(name.replace("-", "_"))} for name in CONFIG.locations}
    return policy(locations={name: {k: v for k, v in each.items() if v} for name, each in locations.items()})


def test_a_region_with_a_second_location_can_spare_its_first() -> None:
    found = verdict(CONFIG, {"europe-west1"}, set(), NO_RATES)
    assert found.carried
    assert found.unknown == (
        "the capacity of europe-west4 is not configured (locations.europe-west4.capacity)",
    )
    assert found.carriers == {}


def test_a_rate_that_a_capacity_asks_for_is_missed_and_never_taken_for_none() -> None:
    found = verdict(with_capacity(europe_west4=500.0), {"europe-west1"}, set(), NO_RATES)
    assert found.carried
    assert found.unknown == ("the present rate of EU is not known",)
    assert found.carriers == {}


def test_a_region_that_residency_lets_go_nowhere_is_named_with_what_would_be_lost() -> None:
    found = verdict(CONFIG, {"asia-south1"}, set(), NO_RATES)
    assert found.objections == ("users of APAC would have nowhere to go for 2 features (chat, chat-search)",)


def test_a_whole_region_also_takes_away_what_runs_there_for_others() -> None:
    found = verdict(CONFIG, {"europe-west1", "europe-west4"}, set(), NO_RATES)
    assert found.objections == (
        "users of EU would have nowhere to go for 3 features (chat, chat-search, wallet)",
        "users of US would have nowhere to go for 1 feature (wallet)",
        "users of APAC would have nowhere to go for 1 feature (wallet)",
    )


def test_what_is_down_or_drained_already_carries_nothing() -> None:
    found = verdict(CONFIG, {"europe-west1"}, {"europe-west4"}, NO_RATES)
    assert (
        "users of EU would have nowhere to go for 3 features (chat, chat-search, wallet)" in found.objections
    )


def test_what_was_lost_before_is_no_reason_against_a_drain() -> None:
    assert verdict(CONFIG, {"asia-south1"}, {"asia-south1"}, NO_RATES).carried


def test_a_survivor_without_the_capacity_refuses_with_both_numbers() -> None:
    rates: dict[str, float | None] = {"EU": 900.0, "US": 10.0, "APAC": 10.0}
    found = verdict(with_capacity(europe_west4=500.0), {"europe-west1"}, set(), rates)
    assert found.objections == ("europe-west4 would get 900 requests/s and holds 500",)
    assert verdict(with_capacity(europe_west4=1000.0), {"europe-west1"}, set(), rates).objections == ()


def test_what_takes_nothing_over_is_not_asked_for_its_capacity() -> None:
    found = verdict(with_capacity(us_central1=1.0), {"europe-west4"}, set(), {"US": 900.0, "EU": 1.0})
    assert found.carried
    assert found.unknown == ()


@settings(max_examples=40, deadline=None)
@given(configurations(), st.data())
def test_no_objection_means_that_every_user_still_has_a_place_for_what_they_had_one_for(
    config: Config, data: st.DataObject
) -> None:
    places = st.sets(st.sampled_from(sorted(config.locations)))
    drained, away = data.draw(places), data.draw(places)
    for user in config.regions:
        lost = stranded(config, user, drained, away)
        for feature in set(config.features) - set(lost):
            for target in targets(config, feature, user):
                chain = set(get_failover_order(config, feature, user, target))
                assert not chain - away or chain - away - drained


@pytest.mark.parametrize("name", ["europe-west1", "us-central1", "asia-south1"])
def test_without_force_no_single_location_of_a_lone_region_goes(name: str) -> None:
    assert verdict(CONFIG, {name}, set(), NO_RATES).carried == (name == "europe-west1")
