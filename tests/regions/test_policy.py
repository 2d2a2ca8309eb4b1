"""Where a user belongs and where a request goes: tables, and what holds for any configuration."""

import pytest
from hypothesis import HealthCheck, given, settings

from meridian.config.schema.root import Config
from meridian.core.decision import SENTENCE_LIMIT
from meridian.core.errors import NotFound
from meridian.regions.policy import (
    Facts,
    Preferences,
    allowed,
    expand,
    get_failover_order,
    region_of_country,
    residency_of,
    route_feature,
    route_region,
    target_region,
    targets,
)
from tests.support.configs import CODES, configurations, small

SMALL = small()


@pytest.mark.parametrize(
    ("facts", "region", "rule", "sentence"),
    [
        (
            Facts("u", "APAC", "US", "FR", "BR"),
            "APAC",
            "override",
            "APAC by rule 1 of 5 (override): an operator placed this user",
        ),
        (Facts("u", "", "US", "FR", "IN"), "US", "home", "US by rule 2 of 5 (home): stored home assignment"),
        (
            Facts("u", "", "", "FR", "IN"),
            "EU",
            "country",
            "EU by rule 3 of 5 (country): the client address is in FR",
        ),
        (
            Facts("u", "", "", "", "IN"),
            "APAC",
            "declared",
            "APAC by rule 4 of 5 (declared): the app declares IN",
        ),
        (Facts(), "EU", "default", "EU by rule 5 of 5 (default): nothing else is known"),
        (
            Facts("u", "MARS", "VENUS", "ZZ", "IN"),
            "APAC",
            "declared",
            "APAC by rule 4 of 5 (declared): the app declares IN",
        ),
    ],
)
def test_the_first_rule_that_has_something_to_say_decides(
    facts: Facts, region: str, rule: str, sentence: str
) -> None:
    answer = route_region(SMALL, facts)
    assert (answer.region, answer.rule, answer.sentence) == (region, rule, sentence)
    assert [step.rule for step in answer.steps] == ["override", "home", "country", "declared", "default"]


def test_a_rule_that_does_not_decide_says_why() -> None:
    steps = route_region(SMALL, Facts(country="ZZ")).steps
    assert [step.because for step in steps] == [
        "no operator placed this user",
        "no stored home assignment",
        "the client address is in ZZ, which no region serves",
        "the app declares no known country",
        "nothing else is known",
    ]


@pytest.mark.parametrize(
    ("feature", "home", "country", "down", "target", "location", "bound"),
    [
        ("chat", "EU", "IN", (), "EU", "europe-west1", "gdpr"),
        ("chat", "EU", "IN", ("europe-west1",), "EU", "europe-west4", "gdpr"),
        ("chat", "EU", "IN", ("europe-west1", "europe-west4"), "EU", "", "gdpr"),
        ("chat", "US", "", ("us-central1",), "US", "", "ccpa"),
        ("wallet", "US", "", (), "EU", "europe-west1", "gdpr"),
        ("media", "EU", "IN", (), "APAC", "asia-south1", "open"),
        ("media", "EU", "", (), "EU", "europe-west1", "open"),
        ("media", "EU", "IN", ("asia-south1",), "APAC", "europe-west1", "open"),
        ("media", "APAC", "", ("asia-south1", "europe-west1", "europe-west4"), "APAC", "us-central1", "open"),
        ("ai", "US", "FR", (), "US", "us-central1", "open"),
        ("chat-search", "EU", "BR", (), "EU", "europe-west1", "gdpr"),
    ],
)
def test_where_a_request_goes(
    feature: str, home: str, country: str, down: tuple[str, ...], target: str, location: str, bound: str
) -> None:
    answer = route_feature(SMALL, Facts(home=home, country=country), feature, down)
    assert (answer.target, answer.location, answer.bound) == (target, location, bound)
    assert answer.status == (200 if location else 503)


def test_measured_latency_changes_only_what_residency_allows() -> None:
    preferences = Preferences(nearest={"IN": "US"}, optimal={"EU": {"FR": "US"}})
    assert target_region(SMALL, "media", "EU", "IN", preferences) == "US"
    assert target_region(SMALL, "ai", "EU", "FR", preferences) == "US"
    assert target_region(SMALL, "chat-search", "EU", "FR", preferences) == "EU"
    assert target_region(SMALL, "chat", "EU", "FR", preferences) == "EU"


def test_an_unknown_feature_is_told_with_the_nearest_name() -> None:
    with pytest.raises(NotFound, match="no feature is called 'chatt'; did you mean chat"):
        route_feature(SMALL, Facts(), "chatt")


def test_names_of_regions_stand_for_their_locations() -> None:
    assert expand(SMALL, ["EU", "us-central1"]) == {"europe-west1", "europe-west4", "us-central1"}
    with pytest.raises(NotFound, match="no location or region is called 'EUU'; did you mean EU"):
        expand(SMALL, ["EUU"])


@given(configurations())
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
def test_for_any_configuration(config: Config) -> None:
    for user in config.regions:
        for feature in config.features:
            able = targets(config, feature, user)
            inside = allowed(config, residency_of(config, feature, user))
            assert able
            for target in able:
                chain = get_failover_order(config, feature, user, target)
                assert set(chain) <= inside
                assert len(set(chain)) == len(chain)
            for country in (*CODES, "", "ZZ"):
                answer = route_feature(config, Facts(home=user, country=country), feature)
                assert answer.target in able
                assert answer.rule == "home"
                assert len(answer.sentence) <= SENTENCE_LIMIT
                assert answer.location == (answer.chain[0] if answer.chain else "")
    for code in CODES:
        assert code in config.countries[region_of_country(config, code)]
