"""`meridian plan FILE`: what applying a configuration would change, and for whom."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from meridian import console as output
from meridian.core.errors import MeridianError

if TYPE_CHECKING:
    from meridian.config.change import Change
    from meridian.config.loading import InvalidConfig
    from meridian.config.schema.root import Config

CHANGED = 2
"""The exit status that says "there are changes", as in other planners."""
PROMISE = re.compile(r"(\w+\.)?tests\[\d+\]\.expect")
"""Where a promise fails, in the configuration."""
FOLD = 5
"""From this many on, countries that move alike are one line."""


@click.command(short_help="Say what a configuration would change, and for whom.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    help="Compare with this file instead of the active configuration.",
)
@click.option("--home", type=click.Path(file_okay=False), help="State folder (MERIDIAN_HOME, or .meridian).")
@output.json_option
def plan(file: Path, against: Path | None, home: str | None, as_json: bool) -> int:
    """Say what applying FILE would change, and for whom: countries, features, failover edges, and every other setting.

    Where limits change, control replays the last hour's traffic and says whom they would have refused, then and now.

    Changes nothing. Exit status 0: nothing would change, 2: something would, 1: FILE is not valid or there is nothing
    to compare it with. Where only promises of FILE fail, its changes are printed before them.
    """
    from meridian.config.loading import load
    from meridian.config.model import config_model
    from meridian.config.plan import changes
    from meridian.features import features

    after, broken = _checked(file)
    model = config_model(features())
    if against is None:
        origin, before = _active(home, model)
    else:
        origin, before = {"file": str(against)}, load(against, model).config
    found = changes(before, after, features())
    replayable = {feature.name for feature in features() if feature.what_if is not None}
    asked = any(change.area in replayable for change in found)
    text = _without_promises(file) if broken else file.read_text(encoding="utf-8")
    replays, trouble = _replays(home, text, against) if asked else ([], "")
    if as_json:
        said = {
            "changes": [asdict(change) for change in found],
            "replays": replays,
            "replay_trouble": trouble,
        }
        if broken:
            output.emit({"against": origin, **said, "broken": [each.document() for each in broken.problems]})
            return 1
        output.emit({"against": origin, **said})
        return CHANGED if found else 0
    described = origin.get("file") or f"version {origin['version']}, which is active"
    if not found:
        output.say(f"{file} changes nothing in {described}")
        if broken:
            raise broken
        return 0
    for line in lines(found):
        output.say(line)
    if asked:
        output.say("traffic")
        for line in [str(each["sentence"]) for each in replays] + ([trouble] if trouble else []):
            output.say(f"  {line}")
    output.say()
    output.say(f"{output.counted(len(found), 'change')} to {described}")
    if broken:
        raise broken
    return CHANGED


def _checked(file: Path) -> "tuple[Config, InvalidConfig | None]":
    """The configuration, and what is wrong with it where that is nothing but promises that it does not keep: those are often
    what a change is about. Raises InvalidConfig for anything else."""
    from meridian.config.loading import InvalidConfig, load
    from meridian.config.model import config_model
    from meridian.config.validation import validate
    from meridian.features import features

    try:
        return validate(file, features()).config, None
    except InvalidConfig as error:
        if not all(PROMISE.match(each.path) and "' fails: " in each.what for each in error.problems):
            raise
        return load(file, config_model(features())).config, error


def _without_promises(file: Path) -> str:
    """The same configuration for control, which takes none whose promises fail. JSON is YAML too."""
    from meridian.config.document import parse

    written = parse(file.read_bytes()).value
    for section in (written, *written.values()):
        if isinstance(section, dict):
            section.pop("tests", None)
    return json.dumps(written)


def _active(home: str | None, model: "type[Config]") -> tuple[dict[str, Any], "Config"]:
    """The active configuration, from control."""
    from meridian.cli.client import Client
    from meridian.config.loading import load

    active = Client(home).get("/infrastructure/config")
    config = load(str(active["text"]), model, name="the active configuration").config
    return {"version": active["version"], "digest": active["digest"]}, config


def _replays(home: str | None, text: str, against: str | Path | None) -> tuple[list[dict[str, Any]], str]:
    """What the last hour's traffic says, from control, and why it says less than it could."""
    from meridian.cli.client import Client

    body = {"text": text}
    if against is not None:
        body["against"] = Path(against).read_text(encoding="utf-8")
    try:
        planned = Client(home).post("/infrastructure/config/plan", body)
    except MeridianError as error:
        reason = str(error).splitlines()[0]
        return [], f"no traffic could be replayed: {reason}"
    return list(planned.get("replays", [])), str(planned.get("trouble", ""))


def lines(found: "Sequence[Change]") -> Iterator[str]:
    """Changes as text, by area; many countries that move alike are folded into one line."""
    for area in dict.fromkeys(change.area for change in found):
        yield area
        changed = [change for change in found if change.area == area]
        moves = (
            Counter((change.before, change.after) for change in changed) if area == "countries" else Counter()
        )
        folded: set[tuple[str, str]] = set()
        for change in changed:
            move = (change.before, change.after)
            if moves[move] < FOLD:
                yield f"  {_line(change)}"
            elif move not in folded:
                folded.add(move)
                codes = [one.subject for one in changed if (one.before, one.after) == move]
                yield f"  {_fold(codes, change)}"


def _line(change: "Change") -> str:
    affects = f", affects {change.affects}" if change.affects else ""
    return f"{change.subject}: {_movement(change)}{affects}"


def _movement(change: "Change") -> str:
    if change.area == "failover":
        return "is tried from now on" if change.after else "is not tried any more"
    if not change.before:
        return f"added: {change.after}"
    if not change.after:
        return f"removed (was: {change.before})"
    return f"{change.before} -> {change.after}"


def _fold(codes: Sequence[str], change: "Change") -> str:
    from meridian.config.countries import named

    return f"{', '.join(codes)}: {_movement(change)}, affects users with addresses in {named(codes)}"
