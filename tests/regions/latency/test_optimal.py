"""The region that serves a client best."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from meridian.config.schema.root import Config
from meridian.regions.latency.histogram import Measured
from meridian.regions.latency.optimal import choose
from meridian.regions.policy import Facts, Preferences, allowed, get_failover_order, residency_of
from tests.regions.bench import policy
from tests.support.configs import CODES, configurations

CONFIG = policy()
FRENCH = Facts(country="FR")


def measured(samples: int = 50, **ms: float) -> dict[str, Measured]:
    return {region: Measured(samples, value) for region, value in ms.items()}


def test_without_measurements_the_policy_decides() -> None:
    found = choose(CONFIG, FRENCH, "ai")
    assert (found.region, found.fallbacks, found.why) == (
        "EU",
        ("US", "APAC"),
        "ai -> EU, as the policy has it",
    )


def test_the_preference_of_the_country_counts_and_is_named() -> None:
    found = choose(CONFIG, FRENCH, "ai", preferences=Preferences(optimal={"EU": {"FR": "US"}}))
    assert (found.region, found.why) == ("US", "ai -> US, the fastest measured from FR")


def test_the_client_s_own_network_counts_more_with_its_numbers() -> None:
    found = choose(CONFIG, FRENCH, "ai", network=measured(EU=90, US=40))
    assert found.region == "US"
    assert found.why == "ai -> US (40 ms) instead of EU (90 ms), as the client's network measured"
    assert found.fallbacks == ("EU", "APAC")


def test_a_little_faster_or_measured_too_little_changes_nothing() -> None:
    assert choose(CONFIG, FRENCH, "ai", network=measured(EU=50, US=40)).region == "EU"
    assert choose(CONFIG, FRENCH, "ai", network=measured(samples=5, EU=90, US=10)).region == "EU"
    assert choose(CONFIG, FRENCH, "ai", network=measured(US=10)).region == "EU"


def test_residency_binds_whatever_was_measured() -> None:
    found = choose(CONFIG, FRENCH, "chat-search", network=measured(EU=200, US=5))
    assert (found.region, found.fallbacks, found.chain) == ("EU", (), ("europe-west1", "europe-west4"))


def test_a_region_that_is_away_is_passed_over_for_the_fastest_that_is_not() -> None:
    features: dict[str, Any] = {name: each.model_dump() for name, each in CONFIG.features.items()}
    features["ai"]["failover"] = "region"
    config = policy(features=features)
    away = {"europe-west1", "europe-west4"}
    found = choose(config, FRENCH, "ai", network=measured(US=90, APAC=20), away=away)
    assert (found.region, found.fallbacks, found.why) == ("APAC", ("US",), "ai -> APAC, as EU is down")


def test_where_nothing_allowed_is_up_it_says_so() -> None:
    found = choose(CONFIG, FRENCH, "chat", away={"europe-west1", "europe-west4"})
    assert (found.region, found.fallbacks) == ("", ())
    assert found.why == "chat -> nowhere: no location that may serve chat is up"


@settings(max_examples=40, deadline=None)
@given(configurations(), st.sampled_from(CODES), st.data())
def test_no_measurement_and_no_failure_ever_leads_out_of_the_residency_set(
    config: Config, country: str, data: st.DataObject
) -> None:
    config = policy(**config.model_dump(mode="json", exclude_defaults=True))
    network = data.draw(
        st.dictionaries(
            st.sampled_from(sorted(config.regions)),
            st.builds(Measured, st.integers(0, 99), st.floats(1, 500)),
        )
    )
    away = data.draw(st.sets(st.sampled_from(sorted(config.locations))))
    for feature in config.features:
        found = choose(config, Facts(country=country), feature, network=network, away=away)
        inside = allowed(config, residency_of(config, feature, found.user_region))
        for region in filter(None, (found.region, *found.fallbacks)):
            chain = get_failover_order(config, feature, found.user_region, region)
            assert set(chain) <= inside
            assert set(chain) - away
