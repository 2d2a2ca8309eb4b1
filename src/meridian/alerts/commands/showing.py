"""`meridian alerts show`, `silences`, `rules` and `runbook`."""

import click

from meridian.alerts.commands.common import INCIDENTS, RULES, RUNBOOKS, SILENCES, Session, ago, blind, part
from meridian.config.schema.base import duration
from meridian.console import emit, home_option, json_option, say, table

LISTED = 20


@click.command(short_help="One incident, with why and who was told.")
@click.argument("id")
@home_option
@json_option
@click.pass_obj
def show(session: Session, id: str, home: str | None, as_json: bool) -> None:
    """Show the incident ID: its alerts, the decisions around it, who was told, and its runbook."""
    found = session.client(home).get(f"{INCIDENTS}/{part(id)}")
    if as_json:
        emit(found)
        return
    say(
        f"SEV-{found['severity']} {found['title']} ({found['state']}{', silenced' if found['silenced'] else ''})"
    )
    say(found["sentence"])
    if found["cause"]:
        say(f"why: {found['cause']}")
    say(f"since {found['started'][:19]}, {ago(found['started'], found['resolved'])}")
    if found["acknowledged"]:
        who = found["acknowledged"]
        say(f"{who['by']} takes care of it since {who['at'][:19]}: {who['reason']}")
    if found["runbook"]:
        runbook = found["runbook"]
        say(f"what to do: {runbook if ':' in runbook else f'meridian alerts runbook {runbook}'}")
    say()
    shown = found["alerts"][:LISTED]
    table(
        ["ALERT", "ABOUT", "STATE", "VALUE", "WORST", "BOUND", "SINCE"],
        [
            [
                each["rule"],
                " ".join(each["labels"].values()),
                each["state"],
                f"{each['value']:.4g}",
                f"{each['worst']:.4g}",
                f"{each['threshold']:.4g}",
                each["since"][11:19],
            ]
            for each in shown
        ],
    )
    if found["alert_count"] > len(shown):
        say(f"and {found['alert_count'] - len(shown):,} more")
    if found["decisions"]:
        say()
        table(["DECIDED", "SENTENCE"], [[each["at"][11:19], each["sentence"]] for each in found["decisions"]])
    if found["deliveries"]:
        say()
        told = [
            [each["created_at"][11:19], each["channel"], each["event"], each["status"], each["answer"][:60]]
            for each in found["deliveries"]
        ]
        table(["TOLD", "CHANNEL", "EVENT", "STATUS", "ANSWER"], told)


@click.command(short_help="What nobody is told of now.")
@home_option
@json_option
@click.pass_obj
def silences(session: Session, home: str | None, as_json: bool) -> None:
    """List the silences, until when they last and why."""
    found = session.client(home).get(SILENCES)["silences"]
    if as_json:
        emit(found)
    elif not found:
        say("nothing is silenced")
    else:
        rows = [
            [
                each["id"],
                ", ".join(f"{name}={','.join(values)}" for name, values in each["matchers"].items()),
                each["ends"][:19],
                each["author"],
                each["reason"],
            ]
            for each in found
        ]
        table(["ID", "WHAT", "UNTIL", "BY", "REASON"], rows)


@click.command(short_help="All rules, and how they stand.")
@home_option
@json_option
@click.pass_obj
def rules(session: Session, home: str | None, as_json: bool) -> None:
    """List the rules: when each fires, how it stands now, and who would be told."""
    answer = session.client(home).get(RULES)
    found = answer["rules"]
    if as_json:
        emit(found)
    elif not found:
        say("no rule is configured; see `alerts.rules`")
    else:
        rows = [
            [
                each["name"],
                f"SEV-{each['severity']}",
                each["state"],
                f"{each['metric']} {each['bad']} {each['bound']:g} for {duration(each['for_seconds'])}",
                ", ".join(each["channels"]) or "nobody",
                each["trouble"],
            ]
            for each in found
        ]
        table(["RULE", "SEVERITY", "NOW", "FIRES WHEN", "TELLS", "TROUBLE"], rows)
    blind(answer["trouble"])


@click.command(short_help="What to do about an alert.")
@click.argument("name")
@home_option
@json_option
@click.pass_obj
def runbook(session: Session, name: str, home: str | None, as_json: bool) -> None:
    """Print the runbook NAME, which `meridian alerts show` names."""
    found = session.client(home).get(f"{RUNBOOKS}/{part(name)}")
    if as_json:
        emit(found)
    else:
        say(found["text"].rstrip())


COMMANDS: tuple[click.Command, ...] = (show, silences, rules, runbook)
