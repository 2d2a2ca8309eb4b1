"""`meridian alerts ack`, `silence` and `unsilence`."""

import click

from meridian.alerts.commands.common import INCIDENTS, SILENCES, Session, part
from meridian.console import emit, home_option, json_option, reason_option, say


@click.command(short_help="Take care of an incident.")
@click.argument("id")
@reason_option
@home_option
@json_option
@click.pass_obj
def ack(session: Session, id: str, reason: str, home: str | None, as_json: bool) -> None:
    """Say that you take care of the incident ID: nobody is reminded of it any more, and the channels are told.

    `meridian journal` shows the ID of this decision, and `meridian undo ID` takes it back."""
    found = session.client(home).post(f"{INCIDENTS}/{part(id)}/acknowledge", {"reason": reason})
    if as_json:
        emit(found)
    else:
        say(f"{found['acknowledged']['by']} takes care of {found['title']}")


def _matchers(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for value in values:
        name, equals, wanted = value.partition("=")
        if not (name and equals and wanted):
            raise click.BadParameter(
                f"{value!r} is no NAME=VALUE; write for example rule=chat-latency", context, parameter
            )
        found.setdefault(name, []).extend(each for each in wanted.split(",") if each)
    return found


@click.command(short_help="Be told nothing of some alerts, for a while.")
@click.argument("matchers", metavar="NAME=VALUE...", nargs=-1, required=True, callback=_matchers)
@click.option("--for", "lasts", required=True, metavar="TIME", help="How long, as 30m or 2h.")
@reason_option
@home_option
@json_option
@click.pass_obj
def silence(
    session: Session, matchers: dict[str, list[str]], lasts: str, reason: str, home: str | None, as_json: bool
) -> None:
    """Tell nobody of alerts that match every NAME=VALUE: a label (region=EU), or rule, group, severity or subject. Several values
    are separated by commas, and a * stands for anything. The alerts are still shown.

    `meridian alerts unsilence ID` ends it, and so does `meridian undo` with the ID of this decision."""
    body = {"matchers": matchers, "lasts": lasts, "reason": reason}
    found = session.client(home).post(SILENCES, body)
    if as_json:
        emit(found)
    else:
        say(
            f"silenced until {found['ends'][:19]}; end it with `meridian alerts unsilence {found['id']} --reason ...`"
        )


@click.command(short_help="End a silence.")
@click.argument("id")
@reason_option
@home_option
@json_option
@click.pass_obj
def unsilence(session: Session, id: str, reason: str, home: str | None, as_json: bool) -> None:
    """End the silence ID, which `meridian alerts silences` lists. What fires is told then."""
    found = session.client(home).call("DELETE", f"{SILENCES}/{part(id)}?reason={part(reason)}").body
    if as_json:
        emit(found)
    else:
        say(found["sentence"])


COMMANDS: tuple[click.Command, ...] = (ack, silence, unsilence)
