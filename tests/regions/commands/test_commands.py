"""The commands of routing, as a person types them, against a real control."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import uvicorn
from click.testing import CliRunner, Result

from meridian.api.app import application
from meridian.api.control import ControlPlane
from meridian.cli.main import program
from meridian.core.errors import MeridianError
from meridian.regions.feature import FEATURE
from tests.api.world import ADMIN
from tests.regions.bench import Countries
from tests.regions.live import BRITISH, INDIAN, settings
from tests.support.configs import small_text
from tests.support.waiting import until


@pytest.fixture
def control(tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A control process's insides, served on a port of this test's own."""
    plane = ControlPlane(settings(tmp_path / "home", postgres_url), (FEATURE,), Countries())  # type: ignore[arg-type]
    server = uvicorn.Server(uvicorn.Config(application(plane), log_config=None, ws="none"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        monkeypatch.setenv("MERIDIAN_CONTROL", f"127.0.0.1:{listening.getsockname()[1]}")
        monkeypatch.setenv("MERIDIAN_TOKEN", ADMIN)
        try:
            until(lambda: bool(server.started and not plane.trouble()))
            yield
        finally:
            plane.snapshots.close()
            server.should_exit = True
            thread.join(20)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(program, arguments)


def done(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output


def told(*arguments: str) -> Any:
    return json.loads(done(*arguments, "--json"))


def refused(*arguments: str) -> str:
    result = run(*arguments)
    assert isinstance(result.exception, MeridianError)
    return str(result.exception)


@pytest.fixture
def file(tmp_path: Path) -> str:
    (tmp_path / "meridian.yaml").write_text(small_text())
    return str(tmp_path / "meridian.yaml")


STORY = """\
chat for someone in FR

  1 override  -        no operator placed this user
  2 home      -        no stored home assignment
▶ 3 country   EU       the client address is in FR
  4 declared  -        the app declares no known country
  5 default   EU       nothing else is known

  goes to   EU, the user's home
  bound to  gdpr (GDPR)
  tries     ✗ europe-west1       EU     down, as you asked
            ▶ europe-west4       EU
  answers   europe-west4

chat -> EU, the user's home: EU by rule 3 of 5 (country): the client address is in FR
"""


def test_explain_from_a_file_needs_no_control_and_reads_as_a_story(file: str) -> None:
    asked = ["--country", "fr", "--feature", "chat", "--down", "europe-west1", "--config", file]
    assert done("route", "explain", *asked) == STORY


@pytest.mark.parametrize(
    ("given", "rule", "region", "location", "status"),
    [
        (["--country", "GB"], "country", "EU", "europe-west1", 200),
        (["--country", "IN", "--home-region", "US"], "home", "US", "us-central1", 200),
        (["--declared", "BR"], "declared", "US", "us-central1", 200),
        ([], "default", "EU", "europe-west1", 200),
        (["--country", "IN", "--down", "APAC"], "country", "APAC", "", 503),
    ],
)
def test_explain_from_a_file_names_the_rule(
    file: str, given: list[str], rule: str, region: str, location: str, status: int
) -> None:
    found = told("route", "explain", "--feature", "chat", "--config", file, *given)
    assert (found["rule"], found["user_region"], found["location"], found["status"]) == (
        rule,
        region,
        location,
        status,
    )


def test_explain_looks_addresses_up_in_the_database_of_the_package(file: str, country_database: Path) -> None:
    found = told("route", "explain", "--ip", BRITISH, "--feature", "chat", "--config", file)
    assert (found["facts"]["country"], found["user_region"]) == ("GB", "EU")
    assert "is not an address" in refused("route", "explain", "--ip", "nowhere", "--config", file)


def test_explain_asks_control_and_gives_the_same_as_the_file(control: None, file: str) -> None:
    asked = [
        "route",
        "explain",
        "--ip",
        INDIAN,
        "--feature",
        "media",
        "--down",
        "APAC",
        "--down",
        "us-central1",
    ]
    online = told(*asked)
    offline = told(*asked, "--country", "IN", "--config", file)
    assert online == offline
    assert "did you mean chat?" in refused("route", "explain", "--feature", "chta")


def test_a_user_s_story(control: None) -> None:
    assert "follows from where they are" in done("user", "show", "u1")
    assert "anna assigned u1 to US: moved" in done("user", "assign", "u1", "US", "--reason", "moved")
    assert "u1 is placed in APAC until it is cleared" in done(
        "user", "override", "u1", "APAC", "--reason", "vip"
    )
    text = done("user", "show", "u1")
    assert "APAC by rule 1 of 5 (override)" in text
    assert "home      US, by operator (anna)" in text
    assert "override  APAC, by anna: vip" in text
    done("user", "clear-override", "u1", "--reason", "enough & over")
    shown = told("user", "show", "u1")
    assert (shown["region"], shown["override"]) == ("US", None)
    assert "did you mean APAC" in refused("user", "override", "u1", "APACC", "--reason", "x")
    lasting = told("user", "override", "u/2 x", "EU", "--for", "24h", "--reason", "vip")
    assert (lasting["user"], bool(lasting["expires_at"])) == ("u/2 x", True)


def test_a_region_s_story(control: None) -> None:
    assert "europe-west1, europe-west4" in done("region", "list")
    assert [each["health"] for each in told("region", "list")] == ["unknown"] * 3
    assert "none of its edges reported" in done("region", "health", "EU")
    assert len(told("region", "health")) == 3
    assert "europe-west1 > europe-west4" in done("region", "failover", "EU")
    assert "by rule 5 of 5 (default)" in done("region", "config")
    assert "nothing is drained" in done("region", "drains")
    text = done("region", "drain", "europe-west1", "--over", "0s", "--reason", "works")
    assert "anna drains europe-west1 over 0 s: works" in text
    assert "not checked: the capacity of europe-west4 is not configured" in text
    assert "europe-west1  100%  100%      anna  works" in done("region", "drains")
    assert "europe-west1 (drained by an operator) > europe-west4" in done("region", "failover", "EU")
    sentence = refused("region", "drain", "europe-west4", "--reason", "works too")
    assert "users of EU would have nowhere to go for 3 features" in sentence
    assert "--force" in sentence
    forced = done("region", "drain", "europe-west4", "--over", "0s", "--force", "--reason", "works too")
    assert "forced: users of EU" in forced
    assert "anna returns EU (europe-west1, europe-west4) over 20 s: done" in done(
        "region", "undrain", "EU", "--reason", "done"
    )


def test_what_changes_something_asks_for_a_reason() -> None:
    for arguments in (
        ["region", "drain", "EU"],
        ["region", "undrain", "EU"],
        ["user", "assign", "u1", "EU"],
        ["user", "override", "u1", "EU"],
    ):
        result = run(*arguments)
        assert result.exit_code == 2
        assert "--reason" in result.output
