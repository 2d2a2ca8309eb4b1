"""`meridian apply FILE`: makes a configuration the active one, after showing what it changes and for whom."""

import sys
from pathlib import Path
from typing import Any

import click

from meridian import console as output
from meridian.cli.client import Client
from meridian.config.validation import validate
from meridian.features import features


def show(changes: list[dict[str, Any]]) -> None:
    """The changes as a table."""
    rows = [
        [
            change["area"],
            change["subject"],
            change["before"] or "-",
            change["after"] or "-",
            change["affects"],
        ]
        for change in changes
    ]
    output.table(["AREA", "WHAT", "FROM", "TO", "FOR WHOM"], rows)


@click.command(short_help="Make a configuration the active one.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--reason", required=True, help="Why; it stands in the journal.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@output.home_option
@output.json_option
def apply(file: Path, reason: str, yes: bool, home: str | None, as_json: bool) -> None:
    """Make FILE the active configuration.

    Control checks, compiles and proves it before anything is stored. What it changes is shown first, and
    asked about on a terminal."""
    text = _text(file)
    client = Client(home)
    plan = client.post("/infrastructure/config/plan", {"text": text})
    if not plan["different"]:
        _done(
            as_json,
            {"applied": False, "version": plan["version"]},
            f"version {plan['version']} already is this text",
        )
        return
    if not as_json:
        if plan["changes"]:
            show(plan["changes"])
        else:
            output.say("This changes the text, and nothing for anyone.")
    if not yes and not as_json and sys.stdin.isatty():
        click.confirm("Apply this?", abort=True)
    applied = client.post(
        "/infrastructure/config", {"text": text, "reason": reason, "expected": plan["version"]}
    )
    _done(as_json, {"applied": True, **applied}, f"version {applied['version']} is active")


def _text(file: Path) -> str:
    """The file's text, checked here first, so that problems are told with the file's own name and lines."""
    return validate(file, features()).text


def _done(as_json: bool, result: dict[str, Any], sentence: str) -> None:
    if as_json:
        output.emit(result)
    else:
        output.say(sentence)
