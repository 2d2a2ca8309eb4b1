"""Every rule of the profile has a page, and what the page tells a tired person to type is a command that there is."""

import re
import shlex
from pathlib import Path

import click
import pytest

from meridian.alerts import runbooks
from meridian.alerts.settings import Alerts
from meridian.cli.main import program
from meridian.config.validation import validate
from meridian.features import features

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "runbooks").glob("*.md"))
_BLOCK = re.compile(r"```sh\n(.*?)```", re.S)
_INLINE = re.compile(r"`(meridian [^`]+)`")


def commands(text: str) -> list[str]:
    lines = [line.split("#")[0].strip() for block in _BLOCK.findall(text) for line in block.splitlines()]
    inline = [" ".join(each.split()) for each in _INLINE.findall(_BLOCK.sub("", text))]
    return [line for line in [*lines, *inline] if line.startswith("meridian")]


def parse(line: str) -> None:
    """Raises click.UsageError where the program would not understand it. Runs nothing."""
    command: click.Command = program
    name, *arguments = shlex.split(line)
    context = command.make_context(name, arguments)
    while isinstance(command, click.Group):
        given = [*context._protected_args, *context.args]
        if not given and command.invoke_without_command:
            return
        found, sub, rest = command.resolve_command(context, given)
        assert sub is not None
        command, context = sub, sub.make_context(found, rest, parent=context)


def test_every_rule_of_the_profile_has_a_page() -> None:
    profile = ROOT / "profiles" / "avalo" / "meridian.yaml"
    rules = validate(profile.read_bytes(), features(), name=profile.name).config.section(Alerts).rules
    assert {rule.runbook for rule in rules.values()} == {page.stem for page in PAGES} == set(runbooks.names())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_says_what_to_look_at_what_to_do_and_when_it_ends(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"^#+ .*$", text, re.M)[1:] == ["## Look at", "## Do", "## When it ends"]
    assert "SEV-" in text.partition("## Look at")[0]
    assert commands(text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_its_commands_are_understood(page: Path) -> None:
    for line in commands(page.read_text(encoding="utf-8")):
        try:
            parse(line)
        except click.UsageError as error:
            pytest.fail(f"{line}: {error.format_message()}")


def test_a_command_that_there_is_not_would_be_noticed() -> None:
    with pytest.raises(click.UsageError):
        parse("meridian alerts acknowledge ID --reason x")
    with pytest.raises(click.UsageError):
        parse("meridian alerts ack ID")


def test_a_name_cannot_lead_out_of_the_folder() -> None:
    with pytest.raises(KeyError):
        runbooks.text("../architecture")
