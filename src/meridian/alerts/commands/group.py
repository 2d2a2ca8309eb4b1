"""`meridian alerts`: what is wrong now. The other files add to it."""

import click

from meridian.alerts.commands.common import INCIDENTS, Session, ago, blind
from meridian.console import counted, emit, home_option, json_option, say, styled, table


@click.group(invoke_without_command=True, short_help="What is wrong now, and who is told.")
@click.option("--all", "every", is_flag=True, help="Also what is over, the newest first.")
@home_option
@json_option
@click.pass_context
def alerts(context: click.Context, every: bool, home: str | None, as_json: bool) -> None:
    """List the open incidents. An ID may be shortened to its beginning in other commands."""
    if context.invoked_subcommand is not None:
        return
    session: Session = context.obj
    answer = session.client(home).get(INCIDENTS, {"state": "all" if every else "open"})
    found, trouble = answer["incidents"], answer["trouble"]
    if as_json:
        emit(found)
    elif not found and not trouble:
        say("nothing is wrong" if not every else "nothing was ever wrong")
    elif found:
        rows = [
            [
                each["id"][:8],
                f"SEV-{each['severity']}",
                "silenced" if each["silenced"] else each["state"],
                ago(each["started"], each["resolved"]),
                each["alert_count"],
                each["title"],
                each["sentence"],
            ]
            for each in found
        ]
        table(["ID", "SEVERITY", "STATE", "FOR", "ALERTS", "WHAT", "SENTENCE"], rows)
        if not every:
            say(
                styled(f"{counted(len(found), 'incident')}; see one with `meridian alerts show ID`", dim=True)
            )
    blind(trouble)
