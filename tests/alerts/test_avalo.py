"""Every alert of the bundled profile fires beyond its bound and resolves once it is good again, and reaches whom it should."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from meridian.alerts.settings import ALL, Alerts
from meridian.config.schema.root import Config
from meridian.config.validation import validate
from meridian.features import features
from tests.alerts.bench import Bench

PROFILE = Path(__file__).parents[2] / "profiles" / "avalo" / "meridian.yaml"
WEBHOOK = {"webhook": {"url": "https://hook.example", "secret": {"env": "HOOK"}}}
TEAMS = ("pager", "phone", "chatroom", "ops", "review", "escalation", "emergency")

# rule -> a group, a good value, one that is just not bad, a bad one, severity, teams that are told
CASES: dict[str, tuple[tuple[str, ...], float, float, float, int, tuple[str, ...]]] = {
    "chat-latency": (("EU",), 300.0, 500.0, 501.0, 2, ("pager", "phone")),
    "ai-failures": (("US",), 0.0, 0.05, 0.051, 2, ("pager", "chatroom")),
    "region-outage": (("APAC",), 1.0, 0.5, 0.0, 1, TEAMS),
    "location-outage": (("us-central1",), 1.0, 0.5, 0.0, 1, TEAMS),
    "error-rate": (("EU",), 0.001, 0.05, 0.051, 2, ("pager", "chatroom")),
    "critical-fraud": ((), 5.0, 5.0, 6.0, 2, ("ops",)),
    "failed-payouts": ((), 10.0, 10.0, 11.0, 3, ("review",)),
    "urgent-tickets": ((), 0.0, 50.0, 51.0, 3, ("escalation",)),
    "service-down": (("chat-service@us-central1",), 1.0, 0.5, 0.0, 1, ("emergency",)),
    "edge-down": (("EU", "edge-1"), 1.0, 0.5, 0.0, 1, ("emergency",)),
    "attack": ((), 0.0, 0.0, 1.0, 2, ("ops",)),
    "cdn-hit-rate": (("EU",), 0.95, 0.85, 0.849, 3, ("ops",)),
    "channel-dead": (("slack",), 1.0, 0.5, 0.0, 2, TEAMS),
}


def avalo() -> Config:
    """The profile, with a channel for each team."""
    config = validate(PROFILE.read_bytes(), features(), name=PROFILE.name).config
    alerts = config.section(Alerts)
    raw = alerts.model_dump(mode="json", by_alias=True, exclude_none=True)
    raw["channels"] = {f"{team}-channel": WEBHOOK for team in TEAMS}
    raw["teams"] = {team: [f"{team}-channel"] for team in TEAMS}
    return config.model_copy(update={"alerts": Alerts.model_validate(raw)})


AVALO = avalo()
RULES = AVALO.section(Alerts).rules


def test_every_rule_has_a_case_here() -> None:
    assert CASES.keys() == RULES.keys()


def test_every_team_that_a_rule_tells_is_there_to_be_filled() -> None:
    alerts = validate(PROFILE.read_bytes(), features(), name=PROFILE.name).config.section(Alerts)
    assert {name for rule in alerts.rules.values() for name in rule.channels} - {ALL} <= alerts.teams.keys()


@pytest.mark.parametrize("name", CASES)
async def test_a_rule_fires_reaches_its_teams_and_resolves(name: str, watch: Bench) -> None:
    group, good, almost, bad, severity, teams = CASES[name]
    watch = Bench(watch.database, AVALO)
    rule = RULES[name]
    patient = round(rule.for_) + 3
    await watch.run({name: {group: good}}, 2)
    await watch.run({name: {group: almost}}, patient)
    assert await watch.incidents() == ()
    await watch.run({name: {group: bad}}, round(rule.for_))
    assert await watch.incidents() == ()
    began = watch.clock.now()
    while not await watch.notices():
        await watch.run({name: {group: bad}}, 1)
        assert watch.clock.now() - began <= timedelta(seconds=10), "ten seconds beyond its `for`"
    [incident] = await watch.incidents()
    assert (incident.lead, incident.severity, incident.runbook) == (name, severity, rule.runbook)
    assert "{" not in incident.title + incident.sentence
    await watch.run({name: {group: good}}, round(rule.resolve_after) + 20, 10)
    assert await watch.incidents() == ()
    told = await watch.notices()
    channels = sorted(f"{team}-channel" for team in teams)
    assert sorted(channel for channel, event, _ in told if event == "firing") == channels
    assert sorted(channel for channel, event, _ in told if event == "resolved") == channels
    assert len(told) == 2 * len(channels)


async def test_a_lost_location_is_one_incident_for_every_team(watch: Bench) -> None:
    services = sorted(AVALO.services)
    up: dict[str, Any] = {
        "region-outage": {("EU",): 1.0, ("US",): 1.0, ("APAC",): 1.0},
        "location-outage": {(location,): 1.0 for location in AVALO.locations},
        "service-down": {(f"{each}@{place}",): 1.0 for each in services for place in AVALO.locations},
        "error-rate": {("EU",): 0.0, ("US",): 0.0},
        "chat-latency": {("EU",): 100.0, ("US",): 100.0},
    }
    lost = {
        **up,
        "region-outage": {**up["region-outage"], ("EU",): 0.5},
        "location-outage": {**up["location-outage"], ("europe-west1",): 0.0},
        "service-down": {**up["service-down"], **{(f"{each}@europe-west1",): 0.0 for each in services}},
        "chat-latency": {("EU",): 800.0, ("US",): 100.0},
    }
    watch = Bench(watch.database, AVALO)
    await watch.run(up, 5)
    await watch.run(lost, 60)
    [incident] = await watch.incidents()
    assert incident.title == "Location down: europe-west1"
    assert len(incident.alerts) == 1 + len(services) + 1
    assert [event for _, event, _ in await watch.notices()] == ["firing"] * len(TEAMS)
    await watch.run(up, 130)
    assert await watch.incidents() == ()
    assert [event for _, event, _ in await watch.notices()] == ["firing"] * len(TEAMS) + ["resolved"] * len(
        TEAMS
    )


async def test_without_channels_incidents_are_there_to_be_seen(watch: Bench) -> None:
    plain = validate(PROFILE.read_bytes(), features(), name=PROFILE.name).config
    watch = Bench(watch.database, plain)
    await watch.run({"attack": {(): 1.0}}, 5)
    assert [each.title for each in await watch.incidents()] == ["Attack under way"]
    assert await watch.notices() == []
