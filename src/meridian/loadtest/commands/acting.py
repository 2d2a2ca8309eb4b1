"""`meridian load stop` and `clean`."""

import click

from meridian.console import counted, emit, home_option, json_option, reason_option, say
from meridian.loadtest.commands.common import PATH, Session, part


@click.command(short_help="Stop a load test that runs, wherever it does.")
@click.argument("id")
@reason_option
@home_option
@json_option
@click.pass_obj
def stop(session: Session, id: str, reason: str, home: str | None, as_json: bool) -> None:
    """Stop the load test ID: nothing more is sent, and there will be a report of what there is."""
    found = session.client(home).post(f"{PATH}/{part(id)}/stop", {"reason": reason})
    if as_json:
        emit(found)
    else:
        say(found["sentence"])


@click.command(short_help="Remove old load tests.")
@click.argument("id", required=False)
@click.option("--older-than", default="", metavar="TIME", help="Those that began longer ago, as 30d.")
@click.option("--reason", default="", help="Why; it stands in the journal.")
@home_option
@json_option
@click.pass_obj
def clean(
    session: Session, id: str | None, older_than: str, reason: str, home: str | None, as_json: bool
) -> None:
    """Remove the load test ID, or all that are older than a time, with their records. Those that run stay."""
    if bool(id) == bool(older_than):
        raise click.UsageError("give an ID, or --older-than TIME such as 30d")
    client = session.client(home)
    if id:
        found = client.call("DELETE", f"{PATH}/{part(id)}?reason={part(reason)}").body
        sentence = found["sentence"]
    else:
        found = client.post(f"{PATH}/cleanup", {"older_than": older_than, "reason": reason})
        sentence = f"{counted(found['removed'], 'load test')} removed"
    if as_json:
        emit(found)
    else:
        say(sentence)


COMMANDS: tuple[click.Command, ...] = (stop, clean)
