"""`meridian init`: a small, commented configuration for someone's own app."""

import re
import textwrap
from importlib.resources import files
from pathlib import Path
from string import Template

import click

from meridian import console as output
from meridian.core.errors import Conflict, InvalidInput, MeridianError

CONTINENTS = (("EU", "AF", "AS"), ("NA", "SA", "OC", "AN"))
"""Which continents' countries the first and the second region of the template start with."""


@click.command(short_help="Write a small configuration for your own app.")
@click.option("--name", default="myapp", show_default=True, help="A short name of your app.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("meridian.yaml"),
    show_default=True,
    help="File to write.",
)
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
@output.json_option
def init(name: str, out: Path, force: bool, as_json: bool) -> None:
    """Write a small, commented configuration to start from. It is valid as it is."""
    text = template(name)
    if out.exists() and not force:
        raise Conflict(f"{out} exists already", "choose another with --out, or replace it with --force")
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise MeridianError(
            f"{out} can't be written: {error.strerror}", "choose another place with --out"
        ) from None
    if as_json:
        output.emit({"file": str(out)})
        return
    output.say(f"{out} is written; now check it with `meridian validate {out}`")


def template(name: str) -> str:
    """The configuration's text. Raises InvalidInput when `name` can't be an app's name."""
    from meridian.config.schema.base import SLUG_PATTERN
    from meridian.geo.countries import countries

    if not re.fullmatch(SLUG_PATTERN.strip("^$"), name):
        todo = "use letters, digits, - and _, a letter first, at most 63 characters"
        raise InvalidInput(f"{name!r} can't be the name of an app", todo)
    lists = [
        [country.code for country in countries().values() if country.continent in continents]
        for continents in CONTINENTS
    ]
    first, second = (textwrap.indent(_wrapped(codes), "    ") for codes in lists)
    source = files("meridian.cli.commands").joinpath("init_template.yaml").read_text(encoding="utf-8")
    return Template(source).substitute(name=name, first=first, second=second)


def _wrapped(codes: list[str]) -> str:
    return textwrap.fill(f"[{', '.join(codes)}]", width=100, subsequent_indent=" ")
