"""The commands of alerts, as a person types them, against a real control whose controllers run."""

import dataclasses
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
import uvicorn
from click.testing import CliRunner, Result

from meridian.api.app import application
from meridian.api.control import ControlPlane
from meridian.api.settings import Settings
from meridian.cli.client import Refused
from meridian.cli.main import program
from meridian.core.errors import MeridianError
from meridian.features import features
from meridian.telemetry.gauges import observe_gauge
from tests.api.keys import AUDIENCE, ISSUER
from tests.api.world import ADMIN, OPS, bearer, prepare
from tests.limits.control import Countries
from tests.support.configs import local_inventory, small, small_text
from tests.support.waiting import until

RULES = {
    "gather": "0s",
    "rules": {
        "lost": {
            "condition": {"metric": "channel_up", "by": ["what"], "over": "10s", "below": 0.5},
            "resolve_after": "1s",
            "severity": 1,
            "group": "lost",
            "title": "Lost: {labels}",
            "sentence": "{labels} is at {value:.0%}",
            "runbook": "channel-dead",
        },
        "never": {
            "condition": {"metric": "latency_p95", "where": {"feature": "chat"}, "above": 500},
            "title": "Slow",
            "sentence": "{value:.0f} ms",
        },
    },
}


def settings(home: Path, url: str) -> Settings:
    home.mkdir(parents=True, exist_ok=True)
    identity = {"issuer": ISSUER, "audience": AUDIENCE, "jwks": {"file": "jwks.json"}}
    (home / "meridian.yaml").write_text(small_text(identity=identity, alerts=RULES))
    (home / "inventory.json").write_text(local_inventory(small()).dump())
    return dataclasses.replace(prepare(home), database_url=url)


@pytest.fixture
def control(tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[ControlPlane]:
    """A control process's insides, served on a port of this test's own."""
    plane = ControlPlane(settings(tmp_path / "home", postgres_url), features(), Countries())  # type: ignore[arg-type]
    server = uvicorn.Server(uvicorn.Config(application(plane), log_config=None, ws="none"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        monkeypatch.setenv("MERIDIAN_CONTROL", f"127.0.0.1:{listening.getsockname()[1]}")
        monkeypatch.setenv("MERIDIAN_TOKEN", ADMIN)
        try:
            until(lambda: bool(server.started and not plane.trouble()))
            yield plane
        finally:
            plane.snapshots.close()
            server.should_exit = True
            thread.join(20)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(program, list(arguments), standalone_mode=False)


def done(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exception is None, (result.output, result.exception)
    return result.output


def told(*arguments: str) -> Any:
    result = run(*arguments, "--json")
    assert result.exception is None, (result.output, result.exception)
    return json.loads(result.stdout)


def refused(*arguments: str) -> str:
    exception = run(*arguments).exception
    assert isinstance(exception, MeridianError), exception
    return str(exception)


def broken(control: ControlPlane, value: float = 0.0) -> bool:
    """Lets the value be seen, and says whether an incident is open."""
    observe_gauge(control, "channel_up", "", "hook", value)
    return bool(told("alerts"))


def test_an_incident_from_its_first_second_to_its_end(control: ControlPlane) -> None:
    until(lambda: run("alerts").output == "nothing is wrong\n")
    until(lambda: broken(control), 60)
    _rules_say_how_they_stand()
    listed = done("alerts")
    assert "SEV-1" in listed
    assert "Lost: hook" in listed
    [incident] = told("alerts")
    assert (incident["state"], incident["runbook"], incident["subject"]) == ("open", "channel-dead", "hook")
    short = incident["id"][:8]
    shown = done("alerts", "show", short)
    assert "what to do: meridian alerts runbook channel-dead" in shown
    assert "hook is at 0%" in shown
    assert done("alerts", "runbook", "channel-dead").startswith("# A channel is dead\n")
    detail = told("alerts", "show", short)
    assert [each["kind"] for each in detail["decisions"]] == ["incident-opened"]
    assert detail["values"]["lost"]["metric"] == "channel_up"

    assert done("alerts", "ack", short, "--reason", "mine").endswith(" takes care of Lost: hook\n")
    assert told("alerts")[0]["acknowledged"]["reason"] == "mine"
    assert "already acknowledged" in refused("alerts", "ack", short, "--reason", "again")
    decisions = told("alerts", "show", short)["decisions"]
    acknowledged = next(each for each in decisions if each["kind"] == "incident-acknowledged")
    done("undo", acknowledged["id"], "--reason", "not mine")
    assert told("alerts")[0]["acknowledged"] is None

    with httpx.Client(base_url=f"http://{_address()}", headers=bearer(OPS)) as ops:
        opened = next(each for each in decisions if each["kind"] == "incident-opened")
        assert ops.get(f"/infrastructure/decisions/{opened['id']}/replay").json()["matches"]
        assert (
            ops.post(f"/infrastructure/incidents/{short}/acknowledge", json={"reason": "x"}).status_code
            == 403
        )
        assert ops.get("/infrastructure/incidents/ffffffff").status_code == 404
        assert ops.get("/infrastructure/incidents", params={"state": "wrong"}).status_code == 422

    until(lambda: not broken(control, 1.0), 60)
    [over] = told("alerts", "--all")
    assert over["state"] == "resolved"
    assert over["sentence"].startswith("over after ")
    assert told("alerts") == []


def _rules_say_how_they_stand() -> None:
    rules = {each["name"]: each for each in told("alerts", "rules")}
    assert rules["lost"]["state"] == "firing"
    assert [each["labels"] for each in rules["lost"]["groups"]] == [{"what": "hook"}]
    assert (rules["never"]["state"], rules["never"]["where"]) == ("no data", {"feature": ["chat"]})
    assert "channel_up below 0.5 for 0s" in done("alerts", "rules")


def test_a_silence_from_the_command_line(control: ControlPlane) -> None:
    assert done("alerts", "silences") == "nothing is silenced\n"
    said = done("alerts", "silence", "rule=lost", "what=hook,other", "--for", "2h", "--reason", "known")
    assert said.startswith("silenced until ")
    [silence] = told("alerts", "silences")
    assert silence["matchers"] == {"rule": ["lost"], "what": ["hook", "other"]}
    assert "rule=lost, what=hook,other" in done("alerts", "silences")
    until(lambda: broken(control), 60)
    until(lambda: told("alerts")[0]["silenced"])
    ended = done("alerts", "unsilence", silence["id"], "--reason", "fixed")
    assert "ended the silence of rule lost, what hook or other: fixed" in ended
    assert told("alerts", "silences") == []
    until(lambda: not told("alerts")[0]["silenced"])


def test_a_slip_in_a_body_is_named(control: ControlPlane) -> None:
    silence = {"matchers": {"rule": ["lost"]}, "lasts": "1h", "reason": "known"}
    slips: list[tuple[dict[str, Any], str, str]] = [
        ({"for": "1h"}, "#/for", "there is no such field"),
        ({"matchers": []}, "#/matchers", "this must be a JSON object"),
        ({"matchers": {"rule": "lost"}}, "#/matchers/rule", "this must be a list"),
        ({"matchers": {"rule": []}}, "#/matchers/rule", "this is empty"),
        ({"matchers": {"rule": ["lost"] * 51}}, "#/matchers/rule", "at most 50 are allowed"),
        ({"reason": 5}, "#/reason", "this must be text"),
    ]
    with httpx.Client(base_url=f"http://{_address()}", headers=bearer(ADMIN)) as admin:
        for slip, pointer, said in slips:
            answer = admin.post("/infrastructure/silences", json={**silence, **slip})
            assert answer.status_code == 422, slip
            [error] = answer.json()["errors"]
            assert (error["pointer"], said in error["detail"]) == (pointer, True), error
        acknowledged = admin.post(
            "/infrastructure/incidents/ffffffff/acknowledge", json={"reason": "x", "by": "y"}
        )
        assert acknowledged.json()["errors"][0]["pointer"] == "#/by"
    assert told("alerts", "silences") == []


def test_what_cannot_be_done_is_said(control: ControlPlane) -> None:
    assert "no incident has the id ffffffff" in refused("alerts", "show", "ffffffff")
    assert "did you mean rule?" in refused("alerts", "silence", "ruel=lost", "--for", "1h", "--reason", "x")
    assert "a silence lasts 1s to 7d" in refused(
        "alerts", "silence", "rule=lost", "--for", "30d", "--reason", "x"
    )
    assert "did you mean channel-dead?" in refused("alerts", "runbook", "chanel-dead")
    nothing = run("alerts", "silence", "lost", "--for", "1h", "--reason", "x")
    assert "'lost' is no NAME=VALUE" in str(nothing.exception)


def _address() -> str:
    return os.environ["MERIDIAN_CONTROL"]


def test_while_nobody_judges_the_rules_nothing_is_called_right(control: ControlPlane) -> None:
    until(lambda: run("alerts").output == "nothing is wrong\n")
    control.readiness.starting = "the tables of alerts could not be made"
    for arguments in (("alerts",), ("alerts", "rules")):
        result = run(*arguments)
        assert result.return_value == 1
        assert "nothing is wrong" not in result.output
        assert "alert rules are not judged: the tables of alerts could not be made" in result.output
    with pytest.raises(Refused, match="history cannot be read: the tables of alerts could not be made"):
        raise run("metrics", "history", "latency").exception or AssertionError
