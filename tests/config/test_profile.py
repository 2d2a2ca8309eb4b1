"""The Avalo profile is valid, and says what the specification says."""

from pathlib import Path

from meridian.config.validation import validate
from meridian.features import features
from meridian.geo.countries import countries

PROFILE = Path(__file__).parents[2] / "profiles/avalo/meridian.yaml"
CONFIG = validate(PROFILE, features()).config


def test_every_country_is_in_one_region() -> None:
    placed = [code for codes in CONFIG.countries.values() for code in codes]
    assert len(placed) == len(set(placed)) == 249
    assert set(placed) == set(countries())


def test_regions_are_those_of_the_specification() -> None:
    assert {name: (region.locations[0], region.priority) for name, region in CONFIG.regions.items()} == {
        "EU": ("europe-west1", 0),
        "US": ("us-central1", 0),
        "APAC": ("asia-south1", 1),
    }
    assert {name: residency.locations for name, residency in CONFIG.residency.items()} == {
        "gdpr": ("europe-west1", "europe-west4"),
        "ccpa": ("us-central1",),
        "apac": ("asia-south1",),
    }


def test_money_is_pinned_to_europe() -> None:
    pinned = {name for name, feature in CONFIG.features.items() if feature.route == "pinned"}
    assert pinned == {"wallet", "token-purchase", "payout"}
    assert all(
        (CONFIG.features[name].region, CONFIG.features[name].residency) == ("EU", "gdpr") for name in pinned
    )


def test_latency_objectives_are_those_of_the_specification() -> None:
    objectives = {name: feature.p95 for name, feature in CONFIG.features.items()}
    assert (objectives["chat"], objectives["swipe"], objectives["feed"], objectives["ai"]) == (
        0.35,
        0.2,
        0.8,
        3.0,
    )
    assert None not in objectives.values()


def test_it_promises_at_least_a_dozen_things() -> None:
    assert len(CONFIG.tests) >= 12
