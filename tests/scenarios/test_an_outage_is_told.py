"""A location dies: one incident with the decision that explains it, and one message on every channel; it comes back, and each
channel hears that too, under the same key. The receivers are real servers that hold messages against what services publish."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.integrations.receivers import Receivers, receiving
from tests.support.world import AVALO, INDIAN, World, until, world

TEAMS = {
    "pager": ["pagerduty"],
    "phone": ["text"],
    "chatroom": ["chat"],
    "ops": ["chat", "mail"],
    "review": ["mail"],
    "escalation": ["chat", "mail", "text"],
    "emergency": ["pagerduty", "chat", "text"],
}
PLACE = "europe-west1"


@dataclass
class Told:
    world: World
    there: Receivers


def profile(folder: Path, there: Receivers) -> Path:
    """Avalo, with channels that end on this machine."""
    channels = there.channels(folder / "secrets")
    del channels["hook"]
    channels["pagerduty"] = channels.pop("pager")
    given = f"\n  channels: {json.dumps(channels)}\n  teams: {json.dumps(TEAMS)}\n"
    text, replaced = re.subn(r"\n(  #.*\n)*  teams:\n(    .*\n)+", lambda _: given, AVALO.read_text())
    assert replaced == 1
    file = folder / "told.yaml"
    file.write_text(text)
    return file


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    folder = tmp_path_factory.mktemp("told")
    with receiving() as there, world(folder, options=["--config", str(profile(folder, there))]) as made:
        until(lambda: made.get("/v1/feed").status_code == 200, 30, "the edge to serve")
        yield Told(made, there)


def incidents(world: World, state: str = "open") -> list[dict[str, Any]]:
    return list(world.operator("GET", f"/infrastructure/incidents?state={state}").json()["incidents"])


def events(there: Receivers) -> list[tuple[str, str]]:
    return [(each["event_action"], each["dedup_key"]) for each in there.pagerduty.taken]


def test_a_lost_location_is_one_incident_and_one_message_a_channel(told: Told) -> None:
    told.world.run("world", "kill", PLACE)

    until(lambda: incidents(told.world), 20, "an incident")
    until(
        lambda: (
            len(told.there.pagerduty.taken) and len(told.there.slack.taken) and len(told.there.mail.taken)
        ),
        20,
        "the channels to be told",
    )
    until(lambda: told.there.twilio.taken, 10, "a text message")
    (incident,) = incidents(told.world)
    assert incident["severity"] == 1
    assert PLACE in incident["title"]
    assert PLACE in incident["cause"], incident
    assert told.world.operator("GET", f"/infrastructure/decisions/{incident['decision']}").status_code == 200

    # What else fails because of it joins the incident, and is not told again.
    until(lambda: len(incidents(told.world)[0]["alerts"]) > 1, 60, "its consequences to join it")
    assert len(incidents(told.world)) == 1
    assert len(told.there.pagerduty.taken) == 1
    assert len(told.there.slack.taken) == len(told.there.mail.taken) == len(told.there.twilio.taken) == 1
    assert events(told.there)[0][0] == "trigger"
    assert told.there.problems == []


def test_it_is_acknowledged_with_a_reason(told: Told) -> None:
    (incident,) = incidents(told.world)

    told.world.run("alerts", "ack", incident["id"], "--reason", "the provider works on it")

    (seen,) = incidents(told.world)
    assert seen["state"] == "acknowledged"
    assert seen["acknowledged"]["reason"] == "the provider works on it"
    until(lambda: len(events(told.there)) == 2, 20, "PagerDuty to hear of it")
    assert events(told.there)[1] == ("acknowledge", events(told.there)[0][1])


def test_its_end_is_told_under_the_same_key(told: Told) -> None:
    told.world.run("world", "restore", PLACE)

    until(lambda: not incidents(told.world), 120, "the incident to be resolved")
    until(lambda: events(told.there)[-1][0] == "resolve", 20, "PagerDuty to hear that it is over")
    assert len({key for _, key in events(told.there)}) == 1
    assert [what for what, _ in events(told.there)] == ["trigger", "acknowledge", "resolve"]
    (over,) = incidents(told.world, "resolved")
    assert over["resolved"]
    assert told.there.problems == []
    assert told.world.get("/v1/feed", INDIAN).status_code == 200
