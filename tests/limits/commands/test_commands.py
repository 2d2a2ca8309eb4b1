"""The commands of limits, as a person types them, against a real control."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import click
import pytest
import uvicorn
from click.testing import CliRunner, Result

from meridian.api.app import application
from meridian.api.control import ControlPlane
from meridian.cli.main import program
from meridian.core.errors import MeridianError
from meridian.features import features
from tests.api.world import ADMIN
from tests.limits.answering import REFUSED, Edge
from tests.limits.control import Countries
from tests.limits.live import settings
from tests.support.waiting import until


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
    return CliRunner().invoke(program, ["limits", *arguments], standalone_mode=False)


def done(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exception is None, (result.output, result.exception)
    return result.output


def told(*arguments: str) -> Any:
    return json.loads(done(*arguments, "--json"))


def refused(*arguments: str) -> str:
    result = run(*arguments)
    assert isinstance(result.exception, MeridianError), result.output
    return str(result.exception)


@pytest.mark.usefixtures("control")
def test_show_lists_every_limit() -> None:
    shown = [line.split() for line in done("show").splitlines()]
    assert shown[0][:2] == ["LIMIT", "RATE"]
    assert ["chat", "100", "per", "1m", "user", "chat", "tier,", "risk", "edge"] in shown
    assert ["pay", "5", "per", "1h", "user", "pay", "risk", "exact,", "else", "deny"] in shown
    assert ["tiers:", "free", "1,", "premium", "2,", "vip", "5"] in shown
    assert len(told("show")["policies"]) == 9


@pytest.mark.usefixtures("control")
def test_show_lists_shields_and_the_rates_of_single_countries() -> None:
    shown = done("show")
    assert "\ncountry: DE 9000\n" in shown
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert "SHIELD WATCHES FAILURES BLOCKS FOR" in lines
    [shield] = [line for line in lines if line.startswith("pay-guessing ")]
    assert shield == "pay-guessing pay 5 within 1h 1h, then times 2, at most 2h"


@pytest.mark.usefixtures("control")
def test_an_option_with_nothing_in_it_is_refused() -> None:
    for command in (
        ["show", "--user", ""],
        ["show", "--client", " "],
        ["check", "chat", "--user", ""],
        ["reset", "--user", "", "--reason", "x"],
        ["unblock", "--account", "", "--reason", "x"],
    ):
        result = run(*command)
        assert isinstance(result.exception, click.UsageError), result.output
        assert "nothing is written in it; give a name, or leave the option out" in str(result.exception)


@pytest.mark.parametrize(
    ("rate", "sentence"),
    [
        ("abc", "'abc' is not a whole number; write for example 1"),
        ("1.5", "'1.5' is not a whole number"),
        ("0", "0 is too small; write at least 1"),
    ],
)
def test_a_rate_that_is_no_number_is_said_in_a_sentence(rate: str, sentence: str) -> None:
    result = run("override", "set", "chat", rate, "--user", "u1", "--reason", "x")
    assert isinstance(result.exception, click.UsageError)
    assert sentence in str(result.exception)


@pytest.mark.usefixtures("control")
def test_what_was_done_is_undone_by_its_id(control: ControlPlane) -> None:
    found = told("override", "set", "chat", "500", "--user", "u" * 256, "--reason", "festival")
    undone = CliRunner().invoke(
        program, ["undo", found["decision"], "--reason", "enough"], standalone_mode=False
    )
    assert undone.exception is None, undone.output
    assert undone.output.startswith("anna took back: anna lets uuu")
    assert done("override", "list") == "nobody has another rate\n"
    again = CliRunner().invoke(program, ["undo", found["decision"], "--reason", "x"], standalone_mode=False)
    assert "already undid this decision" in str(again.exception)


@pytest.mark.usefixtures("control")
def test_show_says_what_somebody_s_limits_are_who_chose_them_and_what_remains(edge: Edge) -> None:
    done("override", "set", "chat", "500", "--user", "u1", "--reason", "festival")
    shown = done("show", "--user", "u1", "--tier", "vip", "--action", "chat", "--edge", edge.url)
    assert "chat: 500 per 1m: an operator's choice for this user, instead of 100  (37 left)" in shown
    assert "by anna: festival" in shown
    assert "general: 1000 per 1m: 200, times 5 for tier vip" in shown
    path, token, body = edge.asked[0]
    assert body == {
        "action": "chat", "dry_run": True, "region": "EU", "user": "u1", "tier": "vip", "risk": "low",
    }  # fmt: skip
    assert (path, token.count(".")) == ("/infrastructure/rate-limit/check", 2)
    found = told("show", "--user", "u1", "--edge", edge.url)
    assert next(each for each in found["limits"] if each["name"] == "chat")["remaining"] == 37


@pytest.mark.usefixtures("control")
def test_without_an_edge_show_says_the_rest_and_what_is_missing() -> None:
    result = run("show", "--user", "u1", "--action", "chat", "--edge", "http://127.0.0.1:1")
    assert "chat: 100 per 1m" in result.output
    assert "note: what remains is not known" in result.output


@pytest.mark.usefixtures("control")
def test_check_exits_with_0_2_or_1(edge: Edge) -> None:
    asked = ["check", "chat", "--user", "u1", "--hits", "3", "--only", "user", "--edge", edge.url]
    allowed = run(*asked)
    assert (allowed.return_value, allowed.output.splitlines()[0]) == (0, "allowed")
    assert edge.asked[0][2] == {"action": "chat", "user": "u1", "risk": "low", "hits": 3, "only": "user"}
    edge.answer = REFUSED
    told_no = run(*asked)
    assert (told_no.return_value, told_no.output.splitlines()[0]) == (2, "refused by chat, for 12 s more")
    found = run(*asked, "--json")
    assert (found.return_value, json.loads(found.output)["refused_by"]) == (2, "chat")
    assert "asks about nobody" in refused("check", "--edge", edge.url)
    edge.status = 503
    assert "the edge answered 503" in refused(*asked)


@pytest.mark.usefixtures("control")
def test_overrides_are_set_listed_and_cleared() -> None:
    assert done("override", "list") == "nobody has another rate\n"
    said = done(
        "override", "set", "general", "20", "--client", "2001:db8::1", "--for", "2h", "--reason", "scraper"
    )
    assert said.startswith("2001:db8::/64 has 20 of general until ")
    [listed] = told("override", "list")
    assert (listed["kind"], listed["subject"], listed["author"]) == ("client", "2001:db8::/64", "anna")
    assert "client 2001:db8::/64  general  20" in done("override", "list")
    cleared = done("override", "clear", "general", "--client", "2001:db8::1", "--reason", "it stopped")
    assert cleared == "anna cleared the override of general for 2001:db8::/64, 20: it stopped\n"
    again = refused("override", "clear", "general", "--client", "2001:db8::1", "--reason", "x")
    assert again == "2001:db8::/64 has no override of general; list them with `meridian limits override list`"


@pytest.mark.usefixtures("control")
def test_mistakes_are_answered_with_what_to_do() -> None:
    override = ["override", "set", "chat", "5", "--reason", "x"]
    assert refused(*override) == "nobody is named; give --user or --client"
    both = refused(*override, "--user", "u", "--client", "1.1.1.1")
    assert both == "--user and --client name two different ones; give one of them"
    wrong = refused("override", "set", "caht", "5", "--reason", "x", "--user", "u")
    assert wrong == "no limit is called 'caht'; did you mean chat?"
    assert "did you mean EU?" in refused("check", "chat", "--user", "u", "--region", "Eu")
    assert "no block is listed as ab" in refused("unblock", "--name", "ab", "--reason", "x")


@pytest.mark.usefixtures("control")
def test_resets_blocks_and_lifted_ones() -> None:
    assert (
        done("reset", "--user", "u1", "--reason", "our mistake")
        == "anna reset the limits of u1: our mistake\n"
    )
    assert done("blocks") == "nothing is blocked\n"
    lifted = done("unblock", "--account", "anna@example.com", "--reason", "she called")
    assert lifted == (
        "anna: no block of account anna@example.com is listed; one that began before now ends: she called\n"
    )


@pytest.mark.usefixtures("control")
def test_top_says_when_nothing_was_counted() -> None:
    assert done("top") == "no request met a limit in the last 5 minutes\n"
    assert told("top", "chat", "--minutes", "1")["top"] == []
    assert "did you mean chat?" in refused("top", "caht")
