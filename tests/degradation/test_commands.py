"""`meridian degrade`, as a person types it, against a real control."""

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
from tests.api.world import ADMIN, Countries
from tests.degradation.live import Told, settings, steered
from tests.support.waiting import until


@pytest.fixture
def at(tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A control process's insides, served on a port of this test's own."""
    plane = ControlPlane(settings(tmp_path / "home", postgres_url), (steered(Told()),), Countries())  # type: ignore[arg-type]
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
    return CliRunner().invoke(program, ["degrade", *arguments], standalone_mode=False)


def done(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exception is None, (result.output, result.exception)
    return result.output


def told(*arguments: str) -> Any:
    return json.loads(done(*arguments, "--json"))


@pytest.mark.usefixtures("at")
def test_a_level_is_shown_ordered_and_taken_back() -> None:
    shown = done()
    assert "0 normal" in shown
    assert "nothing was ever turned off" in shown
    assert "essential only" in shown
    assert done("2", "--region", "EU", "--reason", "slow payments").startswith(
        "anna: EU to level 2 (reduced), from 0"
    )
    shown = done("--region", "EU")
    assert "anna, by hand" in shown
    assert "off in EU: ai, media (POST), media (50% of users)" in shown
    assert told("--region", "EU")["level"] == 2
    assert told()["level"] == 2
    assert "anna leaves EU to the rules" in done("--auto", "--region", "EU", "--reason", "over")
    assert told("--region", "EU")["manual"] is None
    result = run("0", "--reason", "normal again")
    assert isinstance(result.exception, MeridianError)
    assert "everywhere is at level 0 by hand already" in str(result.exception)
    assert done("0", "--region", "EU", "--reason", "normal again")
    assert told()["level"] == 0


@pytest.mark.usefixtures("at")
def test_an_order_for_everywhere_tells_which_regions_stay_degraded() -> None:
    done("1", "--reason", "a test")
    done("3", "--region", "US", "--reason", "a test")
    result = run("0", "--reason", "a test")
    assert "still degraded: US" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["2"], "--reason is missing: say why, for the journal."),
        (["--auto"], "--reason is missing: say why, for the journal."),
        (["2", "--auto", "--reason", "x"], "LEVEL and --auto say different things; give one of them."),
        (["two", "--reason", "x"], "'two' is no level; give 0 (normal) to 3 (essential only)"),
        (["--reason", "x"], "a reason for what? Give a LEVEL, or --auto."),
        (["4", "--reason", "x"], "'4' is no level; give 0 (normal) to 3 (essential only)"),
    ],
)
def test_a_command_that_is_not_whole_says_what_is_missing(arguments: list[str], said: str) -> None:
    result = run(*arguments)
    assert isinstance(result.exception, click.UsageError)
    assert result.exception.message == said
