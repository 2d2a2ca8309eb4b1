"""`meridian degrade`: where the levels stand, and putting a region on one."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import click

from meridian.console import emit, home_option, json_option, note, table

PATH = "/infrastructure/degradation"


class Client(Protocol):
    """Talks to control; raises MeridianError with what it says."""

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Any: ...
    def post(self, path: str, body: Any = None) -> Any: ...


class Session(Protocol):
    """What the program hands to commands as `ctx.obj`."""

    def client(self, home: str | None = None) -> Client: ...


class Level(click.IntRange):
    """0 to 3; says in a sentence what is wrong with another."""

    def __init__(self) -> None:
        super().__init__(0, 3)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if str(value) not in ("0", "1", "2", "3"):
            self.fail(f"{str(value)[:60]!r} is no level; give 0 (normal) to 3 (essential only)", param, ctx)
        return int(value)


@click.command(short_help="What is turned off to keep the rest working.")
@click.argument("level", type=Level(), required=False)
@click.option("--auto", is_flag=True, help="Leave it to the rules from here on.")
@click.option("--region", default="", help="Only what this region serves. Left out: everywhere.")
@click.option("--reason", default="", help="Why; it stands in the journal. Needed with LEVEL and --auto.")
@home_option
@json_option
@click.pass_obj
def degrade(
    session: Session,
    level: int | None,
    auto: bool,
    region: str,
    reason: str,
    home: str | None,
    as_json: bool,
) -> None:
    """Show where the levels stand; with LEVEL, go to that level: 0 (normal) to 3 (essential only).

    \b
    meridian degrade                                   where the levels stand, why, and what is off
    meridian degrade 2 --region EU --reason "..."      what EU serves to level 2
    meridian degrade 0 --reason "..."                  back to normal at once
    meridian degrade --auto --reason "..."             the rules leave the level step by step

    A level that was ordered holds until it is taken back; rules may raise it, never lower it. `meridian undo ID`
    returns to the level before."""
    if level is None and not auto:
        if reason:
            raise click.UsageError("a reason for what? Give a LEVEL, or --auto.")
        return _show(session.client(home).get(PATH), region, as_json)
    if level is not None and auto:
        raise click.UsageError("LEVEL and --auto say different things; give one of them.")
    if not reason.strip():
        raise click.UsageError("--reason is missing: say why, for the journal.")
    found = session.client(home).post(PATH, {"level": level, "region": region, "reason": reason})
    if as_json:
        return emit(found)
    click.echo(found["sentence"])
    if level == 0 and found["degraded"]:
        note(f"still degraded: {', '.join(found['degraded'])}; see `meridian degrade`")
    return None


def _show(found: Any, region: str, as_json: bool) -> None:
    chosen = [each for each in found["regions"] if region in ("", each["region"])]
    if region and not chosen:
        known = ", ".join(each["region"] for each in found["regions"])
        raise click.BadParameter(f"no region is called {region!r}; there are {known}", param_hint="--region")
    if as_json:
        return emit(found if not region else chosen[0])
    table(["REGION", "LEVEL", "BY", "SINCE", "WHY"], [_row(each) for each in chosen])
    for each in chosen:
        if each["turned_off"]:
            click.echo(f"\noff in {each['region']}: {', '.join(each['turned_off'])}")
    if not region:
        click.echo()
        rows = [[each["level"], each["name"], _listed(each["turns_off"])] for each in found["levels"]]
        table(["LEVEL", "NAME", "TURNS OFF"], rows)
    if not found["automatic"]:
        click.echo("\nrules are not followed (`degradation.automatic: false`)")
    return None


def _row(region: Mapping[str, Any]) -> list[str]:
    by = region["entered_by"]
    held = f"{by}, by hand" if region["manual"] is not None else by
    since = (region["since"] or "")[:19].replace("T", " ")
    return [region["region"], f"{region['level']} {region['name']}", held, since, region["why"]]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "nothing"


COMMANDS: tuple[click.Command, ...] = (degrade,)
