"""`meridian limits override`: another rate for one user or client, for a while."""

import click

from meridian.console import emit, home_option, json_option, reason_option, table
from meridian.limits.commands.common import Count, Session, done, one_of, part, whom_options

PATH = "/infrastructure/limits"


@click.group(short_help="Rates of single users and clients.")
def override() -> None:
    """Rates of single users and clients, instead of the usual ones."""


@override.command("set", short_help="Give one user or client another rate.")
@click.argument("limit")
@click.argument("rate", type=Count(1))
@whom_options
@click.option("--for", "lasting", help="How long, as 24h or 7d. Left out: until it is cleared.")
@reason_option
@home_option
@json_option
@click.pass_obj
def set_(
    session: Session,
    limit: str,
    rate: int,
    user: str,
    address: str,
    lasting: str | None,
    reason: str,
    home: str | None,
    as_json: bool,
) -> None:
    """Let --user or --client have RATE of LIMIT in each of its windows, on every edge. No counter is reset.

    `meridian journal` shows the ID of this decision, and `meridian undo ID` takes it back."""
    kind, subject = one_of(user=user, client=address)
    body = {"rate": rate, "reason": reason, "expires_in": lasting}
    path = f"{PATH}/{kind}s/{part(subject)}/overrides/{part(limit)}"
    found = session.client(home).call("PUT", path, body).body
    until = f" until {found['expires_at']}" if found["expires_at"] else " until it is cleared"
    done(found, f"{found['subject']} has {found['rate']} of {found['policy']}{until}", as_json)


@override.command(short_help="Go back to the usual rate.")
@click.argument("limit")
@whom_options
@reason_option
@home_option
@json_option
@click.pass_obj
def clear(
    session: Session, limit: str, user: str, address: str, reason: str, home: str | None, as_json: bool
) -> None:
    """Take the override of LIMIT for --user or --client back, on every edge.

    `meridian journal` shows the ID of this decision, and `meridian undo ID` puts the override back."""
    kind, subject = one_of(user=user, client=address)
    path = f"{PATH}/{kind}s/{part(subject)}/overrides/{part(limit)}?reason={part(reason)}"
    found = session.client(home).call("DELETE", path).body
    done(found, found["sentence"], as_json)


@override.command("list", short_help="All overrides in force.")
@home_option
@json_option
@click.pass_obj
def listed(session: Session, home: str | None, as_json: bool) -> None:
    """List who has another rate, of what, until when and why."""
    found = session.client(home).get(f"{PATH}/overrides")["overrides"]
    if as_json:
        emit(found)
    elif not found:
        click.echo("nobody has another rate")
    else:
        rows = [
            [
                f"{each['kind']} {each['subject']}",
                each["policy"],
                each["rate"],
                each["expires_at"] or "cleared",
                each["author"],
                each["reason"],
            ]
            for each in found
        ]
        table(["WHO", "LIMIT", "RATE", "UNTIL", "BY", "REASON"], rows)


COMMANDS: tuple[click.Command, ...] = (override,)
