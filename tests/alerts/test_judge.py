"""What fires together is one incident and one message; it is told again only for news, and it ends by itself."""

from dataclasses import replace
from datetime import timedelta

import pytest
import yaml

from meridian.alerts.incidents import Acknowledged
from meridian.alerts.judge import Stored
from meridian.alerts.silences import Silence
from meridian.core.decision import Decision
from meridian.telemetry.conditions import Held
from tests.alerts.policy import RULES, START, Watch, policy
from tests.support.configs import small

MANY = yaml.safe_load(RULES)["rules"]["many"]
SERVICES = ("ai", "chat", "media", "wallet")


def services(location: str, up: float) -> dict[tuple[str, ...], float]:
    return {(f"{service}@{location}",): up for service in SERVICES}


GOOD = {
    "region-outage": {("EU",): 1.0, ("US",): 1.0, ("APAC",): 1.0},
    "location-outage": {("europe-west1",): 1.0, ("europe-west4",): 1.0, ("us-central1",): 1.0},
    "service-down": {**services("europe-west1", 1.0), **services("us-central1", 1.0)},
    "error-rate": {("EU",): 0.001, ("US",): 0.001},
}
KILLED = {
    **GOOD,
    "location-outage": {**GOOD["location-outage"], ("europe-west1",): 0.0},
    "service-down": {**GOOD["service-down"], **services("europe-west1", 0.0)},
    "error-rate": {("EU",): 0.2, ("US",): 0.001},
}


def failover(at_seconds: int, edge: str = "EU", turns: int = 4) -> Decision:
    return Decision(
        "regions.recovery",
        "failover",
        "europe-west1",
        f"europe-west1: 0 of 4 healthy for {turns} services, seen from edge {edge}, which sends on to europe-west4",
        {"edge": edge, "turns": [{}] * turns},
    ).stamped(f"decision-{edge}-{turns}", START + timedelta(seconds=at_seconds))


def test_a_lost_location_is_one_incident_one_message_a_channel_and_ends_by_itself() -> None:
    watch = Watch()
    watch.step(GOOD, 5)
    watch.step(KILLED, 30, recent=(failover(6, "US", 1), failover(7)))
    [incident] = watch.state.incidents.values()
    assert incident.title == "Location down: europe-west1"
    assert incident.sentence == "europe-west1 does not answer; with it 5 other alerts"
    assert incident.severity == 1
    assert {alert.rule for alert in incident.alerts.values()} == {
        "location-outage",
        "service-down",
        "error-rate",
    }
    assert incident.cause == failover(7).sentence
    assert incident.decision == "decision-EU-4"
    watch.step(GOOD, 40)
    assert not watch.state.incidents
    for channel in ("pager", "chat", "mail"):
        assert watch.notices(channel) == [
            "firing Location down: europe-west1",
            "resolved Location down: europe-west1",
        ]
    assert len({each.notice.key for each in watch.told}) == 1
    assert watch.kinds == ["incident-opened", "incident-resolved"]
    assert watch.told[-1].notice.sentence.startswith("over after ")


def test_the_message_comes_soon_and_with_the_decision_that_explains_it() -> None:
    watch = Watch()
    watch.step(GOOD, 5)
    killed = watch.now
    while not watch.told and watch.now < killed + timedelta(seconds=30):
        watch.step(KILLED, recent=(failover(7),))
    [first] = watch.told
    assert (watch.now - killed).total_seconds() <= 3 + 1 + 2 + 1  # `for`, a cycle, `gather`, a cycle
    assert first.notice.cause == failover(7).sentence


def test_ten_thousand_series_that_fail_together_are_one_incident_and_one_message() -> None:
    watch = Watch(policy(rules={"many": {**MANY, "resolve_after": "3s"}}))
    slow = {(f"C{number}",): 900.0 + number / 100 for number in range(10_000)}
    watch.step({"many": slow}, 8)
    [incident] = watch.state.incidents.values()
    assert len(incident.alerts) == 10_000
    assert incident.sentence == "p95 reached 1000 ms in 10,000 countries"
    assert incident.subject == "C0, C1 and 9,998 more"
    assert watch.notices("chat") == ["firing Slow: C0, C1 and 9,998 more"]
    [opened] = watch.decisions
    assert len(str(opened.evidence)) < 10_000
    watch.step({"many": dict.fromkeys(slow, 100.0)}, 4)
    assert not watch.state.incidents
    assert len(watch.notices("chat")) == 2


def test_series_that_fail_one_after_the_other_within_seconds_are_one_message() -> None:
    watch = Watch()
    failing: dict[tuple[str, ...], float] = {}
    for number in range(9):
        failing |= {(f"C{number}-{each}",): 900.0 for each in range(50)}
        watch.step({"many": failing})
    watch.step({"many": failing}, 10)
    assert len(watch.state.incidents) == 1
    assert len(watch.notices("chat")) == 1


def test_a_second_subject_of_an_incident_that_named_one_is_told() -> None:
    watch = Watch()
    watch.step({"many": {("FR",): 900.0}}, 9)
    watch.step({"many": {("FR",): 900.0, ("DE",): 900.0}}, 10)
    assert watch.notices("chat") == ["firing Slow: FR", "firing Slow: DE and FR"]
    assert watch.kinds == ["incident-opened", "incident-grown"]


def test_what_fails_later_elsewhere_is_another_incident() -> None:
    watch = Watch()
    watch.step({"many": {("FR",): 900.0}}, 30)
    watch.step({"many": {("FR",): 900.0, ("DE",): 900.0}}, 30)
    assert len(watch.state.incidents) == 2
    assert watch.notices("chat") == ["firing Slow: FR", "firing Slow: DE"]


def test_errors_elsewhere_are_not_part_of_an_outage() -> None:
    watch = Watch()
    elsewhere = {**KILLED, "error-rate": {("EU",): 0.2, ("US",): 0.3}}
    watch.step(GOOD, 2)
    watch.step(elsewhere, 40)
    outage, errors = sorted(watch.state.incidents.values(), key=lambda each: each.severity)
    assert outage.subject == "europe-west1"
    assert errors.subject == "US"


def test_errors_of_the_region_long_after_the_outage_are_an_incident_of_their_own() -> None:
    watch = Watch(policy(window="60s"))
    down = {**KILLED, "error-rate": GOOD["error-rate"]}
    watch.step(down, 120)
    watch.step(KILLED, 30)
    assert sorted(each.subject for each in watch.state.incidents.values()) == ["EU", "europe-west1"]


def test_a_service_of_a_lost_location_joins_at_any_time() -> None:
    watch = Watch(policy(window="60s"))
    down = {**GOOD, "location-outage": KILLED["location-outage"]}
    watch.step(down, 120)
    watch.step({**down, "service-down": KILLED["service-down"]}, 30)
    assert len(watch.state.incidents) == 1
    assert len(watch.notices("pager")) == 1


def test_a_cause_that_fires_after_its_consequence_but_before_anybody_was_told_takes_it_over() -> None:
    watch = Watch(policy(gather="6s"))
    watch.step({**GOOD, "service-down": KILLED["service-down"]}, 8)
    watch.step(KILLED, 20)
    [incident] = watch.state.incidents.values()
    assert incident.lead == "location-outage"
    assert watch.notices("pager") == ["firing Location down: europe-west1"]


def test_a_cause_that_fires_after_people_were_told_is_told_and_ends_the_other_incident() -> None:
    watch = Watch()
    watch.step({**GOOD, "service-down": KILLED["service-down"]}, 20)
    watch.step(KILLED, 20)
    [incident] = watch.state.incidents.values()
    assert incident.lead == "location-outage"
    assert len(incident.alerts) == 6
    first, second, third = watch.notices("pager")
    assert first.startswith("firing Down: ai@europe-west1")
    assert second.startswith("resolved Down: ai@europe-west1")
    assert third == "firing Location down: europe-west1"
    [merged] = [each for each in watch.decisions if each.kind == "incident-merged"]
    assert merged.sentence.endswith("is part of: Location down: europe-west1")
    watch.step(GOOD, 60)
    assert not watch.state.incidents


def test_a_region_without_any_location_names_the_incident() -> None:
    watch = Watch()
    gone = {
        **GOOD,
        "region-outage": {**GOOD["region-outage"], ("EU",): 0.0},
        "location-outage": {("europe-west1",): 0.0, ("europe-west4",): 0.0, ("us-central1",): 1.0},
    }
    watch.step(gone, 20)
    [incident] = watch.state.incidents.values()
    assert incident.title == "Region down: EU"
    assert watch.notices("mail") == ["firing Region down: EU"]


def test_a_worse_alert_of_the_same_cause_is_told_again_also_when_acknowledged() -> None:
    worse = {
        "condition": {"metric": "error_rate", "by": ["region"], "over": "60s", "above": 0.5},
        "for": "10s",
        "severity": 1,
        "group": "errors",
        "about": "{region}",
        "title": "Most fails in {labels}",
        "sentence": "{value:.0%} fail",
    }
    watch = Watch(policy(rules={"most-fails": worse}))
    watch.step({"error-rate": {("EU",): 0.2}}, 60)
    [(id, incident)] = watch.state.incidents.items()
    known = replace(incident, acknowledged=Acknowledged("ann", watch.now, "mine"))
    stored = Stored(None, (known,), ())
    watch.step({"error-rate": {("EU",): 0.8}, "most-fails": {("EU",): 0.8}}, 15, stored=stored)
    assert watch.state.incidents[id].severity == 1
    assert watch.notices("pager") == ["firing Errors in EU", "firing Most fails in EU"]
    assert watch.notices("mail") == ["firing Most fails in EU"]
    assert watch.kinds == ["incident-opened", "incident-escalated"]


def test_flapping_is_damped() -> None:
    """`Held` resolves what fires again and again only once it is quiet: here its messages are counted."""
    watch = Watch()
    for _ in range(20):
        watch.step({"error-rate": {("EU",): 0.2}}, 12)
        watch.step({"error-rate": {("EU",): 0.0}}, 40)
    told = watch.notices("pager")
    assert told.count("firing Errors in EU") <= 3
    assert len(watch.state.incidents) == 1
    watch.step({"error-rate": {("EU",): 0.0}}, 1900, every=20)
    assert not watch.state.incidents


def test_a_value_between_the_bounds_neither_fires_nor_resolves() -> None:
    watch = Watch()
    watch.step({"error-rate": {("EU",): 0.04}}, 60)
    assert not watch.state.incidents
    watch.step({"error-rate": {("EU",): 0.06}}, 15)
    watch.step({"error-rate": {("EU",): 0.04}}, 300)
    assert len(watch.state.incidents) == 1


def test_nothing_measured_neither_fires_nor_resolves_at_once() -> None:
    watch = Watch()
    watch.step(KILLED, 20)
    watch.step({}, 300)
    assert len(watch.state.incidents) == 1
    watch.step({}, 700)
    assert not watch.state.incidents
    assert watch.notices("mail")[-1] == "resolved Location down: europe-west1"


def test_no_data_can_hold_an_alert() -> None:
    rule = {
        "condition": {"metric": "error_rate", "by": ["region"], "above": 0.5},
        "no_data": "hold",
        "title": "T",
        "sentence": "S",
    }
    watch = Watch(policy(rules={"held": rule}))
    watch.step({"held": {("EU",): 0.9}}, 5)
    watch.step({}, 5000, every=20)
    assert len(watch.state.incidents) == 1


def test_a_restart_neither_resolves_nor_tells_again() -> None:
    watch = Watch()
    watch.step(KILLED, 20)
    before = len(watch.told)
    held = {name: Held.from_json(each.to_json()) for name, each in watch.state.held.items()}
    stored = Stored(held, tuple(watch.state.incidents.values()), ())
    again = Watch()
    again.now = watch.now + timedelta(minutes=10)
    again.step({}, 30, fresh=False, stored=stored)
    again.step(KILLED, 30)
    assert before == 1
    assert not again.told
    assert not again.decisions
    again.step(GOOD, 40)
    assert again.notices("pager") == ["resolved Location down: europe-west1"]


def test_a_silenced_incident_is_shown_and_told_when_the_silence_ends() -> None:
    watch = Watch()
    quiet = Silence("s", {"group": ("errors",)}, START, START + timedelta(seconds=60), "known", "ann")
    stored = Stored({}, (), (quiet,))
    watch.step({"error-rate": {("EU",): 0.2}}, 50, stored=stored)
    [incident] = watch.state.incidents.values()
    assert incident.silenced
    assert not watch.told
    watch.step({"error-rate": {("EU",): 0.2}}, 20)
    assert watch.notices("pager") == ["firing Errors in EU"]


def test_what_was_told_before_a_silence_is_told_when_it_ends() -> None:
    watch = Watch()
    watch.step({"error-rate": {("EU",): 0.2}}, 20)
    quiet = Silence("s", {"region": ("E*",)}, watch.now, watch.now + timedelta(hours=1), "known", "ann")
    watch.step(
        {"error-rate": {("EU",): 0.2}}, stored=Stored(None, tuple(watch.state.incidents.values()), (quiet,))
    )
    watch.step({"error-rate": {("EU",): 0.0}}, 40)
    assert watch.notices("pager") == ["firing Errors in EU", "resolved Errors in EU"]


def test_reminders_stop_when_somebody_takes_care() -> None:
    watch = Watch(policy(remind="60s"))
    watch.step({"error-rate": {("EU",): 0.2}}, 200)
    told = len(watch.told)
    assert told == 4
    [incident] = watch.state.incidents.values()
    known = replace(incident, acknowledged=Acknowledged("ann", watch.now, "mine"))
    watch.step({"error-rate": {("EU",): 0.2}}, 200, stored=Stored(None, (known,), ()))
    assert len(watch.told) == told
    watch.step({"error-rate": {("EU",): 0.0}}, 60)
    assert watch.notices("pager")[-1] == "resolved Errors in EU"


def test_without_channels_incidents_are_there_all_the_same() -> None:
    watch = Watch(policy(channels={}, teams={"everyone": []}))
    watch.step({"error-rate": {("EU",): 0.2}}, 20)
    assert len(watch.state.incidents) == 1
    assert not watch.told


def test_a_channel_that_is_configured_later_is_told() -> None:
    watch = Watch(policy(channels={}, teams={"everyone": []}, routes={}))
    watch.step({"error-rate": {("EU",): 0.2}}, 20)
    watch.config = policy()
    watch.step({"error-rate": {("EU",): 0.2}}, 2)
    assert watch.notices("pager") == ["firing Errors in EU"]


def test_a_rule_that_is_taken_out_of_the_configuration_ends_its_incident() -> None:
    watch = Watch()
    watch.step({"error-rate": {("EU",): 0.2}}, 20)
    rules = policy().model_dump(mode="json", exclude_unset=True)["alerts"]
    del rules["rules"]["error-rate"]
    watch.config = small(alerts=rules)
    watch.step({}, 2)
    assert not watch.state.incidents
    assert watch.notices("pager") == ["firing Errors in EU", "resolved Errors in EU"]


def test_a_rule_that_cannot_be_asked_stays_as_it_is() -> None:
    watch = Watch()
    watch.step({"error-rate": {("EU",): 0.2}}, 20)
    asked = watch.config_rules
    watch.config_rules = lambda: [name for name in asked() if name != "error-rate"]  # type: ignore[method-assign]
    watch.step({}, 5000, every=20)
    assert len(watch.state.incidents) == 1


@pytest.mark.parametrize("script", ["killed", "merged", "grown"])
def test_every_decision_is_made_again_from_its_evidence(script: str) -> None:
    watch = Watch(policy(remind="30s"))
    if script == "killed":
        watch.step(KILLED, 100)
    elif script == "merged":
        watch.step({**GOOD, "service-down": KILLED["service-down"]}, 20)
        watch.step(KILLED, 20)
    else:
        watch.step({"many": {("FR",): 900.0}}, 9)
        watch.step({"many": {("FR",): 900.0, ("DE",): 900.0}}, 10)
    watch.step(GOOD, 40)
    assert watch.decisions
    for decision in watch.decisions:
        assert list(watch.judge.replay(watch.config, decision.evidence)) == [decision]
