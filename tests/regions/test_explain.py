"""The explanation that people read, and the answer that edges give, are one."""

import json

import pytest

from meridian.core.errors import NotFound
from meridian.regions.explain import explain
from meridian.regions.policy import Facts, route_feature
from tests.regions.bench import policy

CONFIG = policy()


def test_the_rules_stand_in_order_and_the_first_that_speaks_decided() -> None:
    found = explain(CONFIG, Facts(home="EU", country="IN", declared="BR"), "chat")
    assert [step["rule"] for step in found.steps] == ["override", "home", "country", "declared", "default"]
    assert [step["region"] for step in found.steps] == ["", "EU", "APAC", "US", "EU"]
    assert (found.rule, found.user_region) == ("home", "EU")


def test_what_is_wrong_stands_in_the_chain_and_the_next_answers() -> None:
    found = explain(CONFIG, Facts(country="FR"), "chat", wrong={"europe-west1": "drained"})
    assert [(link.location, link.region, link.wrong) for link in found.chain] == [
        ("europe-west1", "EU", "drained"),
        ("europe-west4", "EU", ""),
    ]
    assert (found.location, found.status, found.bound, found.bound_why) == (
        "europe-west4",
        200,
        "gdpr",
        "GDPR",
    )


def test_with_all_of_the_chain_away_it_is_503_and_nowhere_else() -> None:
    found = explain(
        CONFIG, Facts(country="FR"), "chat", wrong=dict.fromkeys(CONFIG.regions["EU"].locations, "down")
    )
    assert (found.location, found.status) == ("", 503)


def test_the_sentence_is_the_one_that_an_edge_puts_on_its_answer() -> None:
    facts = Facts(country="BR")
    assert explain(CONFIG, facts, "media").sentence == route_feature(CONFIG, facts, "media").sentence


def test_without_a_feature_only_the_region_is_explained() -> None:
    found = explain(CONFIG, Facts(), address="10.0.0.1", tier="vip")
    assert (found.rule, found.user_region, found.feature, found.chain) == ("default", "EU", "", ())
    assert found.facts["address"] == "10.0.0.1"


def test_it_is_json() -> None:
    found = explain(CONFIG, Facts(country="FR"), "chat").as_json()
    assert json.loads(json.dumps(found))["chain"][0] == {
        "location": "europe-west1",
        "region": "EU",
        "wrong": "",
    }


def test_an_unknown_feature_is_answered_with_the_one_that_was_meant() -> None:
    with pytest.raises(NotFound, match="did you mean media"):
        explain(CONFIG, Facts(), "meida")
