"""`meridian limits reset`, `blocks` and `unblock`: fresh counters, and what the shields block."""

import click

from meridian.console import emit, home_option, json_option, reason_option, table
from meridian.limits.commands.common import Session, done, named, one_of, whom_options

PATH = "/infrastructure/limits"


@click.command(short_help="Fresh counters for one user or client.")
@whom_options
@reason_option
@home_option
@json_option
@click.pass_obj
def reset(session: Session, user: str, address: str, reason: str, home: str | None, as_json: bool) -> None:
    """Give --user or --client fresh counters for every limit, on every edge.

    `meridian journal` shows the ID of this decision, and `meridian undo ID` returns to the counters of before."""
    kind, subject = one_of(user=user, client=address)
    body = {"kind": kind, "subject": subject, "reason": reason}
    found = session.client(home).post(f"{PATH}/reset", body)
    done(found, found["sentence"], as_json)


@click.command(short_help="What the shields block now.")
@home_option
@json_option
@click.pass_obj
def blocks(session: Session, home: str | None, as_json: bool) -> None:
    """List what shields against guessing block. Edges tell nobody whose an account is: its NAME stands for it."""
    found = session.client(home).get(f"{PATH}/blocks")["blocks"]
    if as_json:
        emit(found)
    elif not found:
        click.echo("nothing is blocked")
    else:
        rows = [
            [each["kind"], each["name"], each["shield"], each["region"], each["in_a_row"], each["until"]]
            for each in found
        ]
        table(["BLOCKED", "NAME", "SHIELD", "REGION", "IN A ROW", "UNTIL"], rows)


@click.command(short_help="End a block.")
@click.option("--account", default="", callback=named, help="The account, as its user writes it.")
@click.option("--address", default="", callback=named, help="The client's address.")
@click.option("--name", default="", callback=named, help="What is listed under this NAME.")
@reason_option
@home_option
@json_option
@click.pass_obj
def unblock(
    session: Session, account: str, address: str, name: str, reason: str, home: str | None, as_json: bool
) -> None:
    """End the blocks of --account, --address or --name that began before now, on every edge.

    `meridian journal` shows the ID of this decision; after `meridian undo ID`, what is left of the blocks stands again."""
    kind, subject = one_of(account=account, address=address, name=name)
    body = {"kind": kind, "subject": subject, "reason": reason}
    found = session.client(home).post(f"{PATH}/blocks/lift", body)
    done(found, found["sentence"], as_json)


COMMANDS: tuple[click.Command, ...] = (reset, blocks, unblock)
