"""`meridian alerts test` and `channels` and `deliveries`: whether notices get through."""

import click

from meridian.alerts.commands.common import Session, part
from meridian.console import emit, home_option, json_option, table
from meridian.core.errors import Unavailable

PATH = "/infrastructure/alerts"


@click.command(short_help="Send a test on a channel.")
@click.argument("channel")
@home_option
@json_option
@click.pass_obj
def test(session: Session, channel: str, home: str | None, as_json: bool) -> None:
    """Send a test on CHANNEL at once, and say what its receiver answers. A test on PagerDuty closes itself."""
    found = session.client(home).post(f"{PATH}/channels/{part(channel)}/test")
    if as_json:
        emit(found)
    if not found["sent"]:
        raise Unavailable(
            f"the test on {channel} did not get through: {found['answer']}", "correct the channel"
        )
    if not as_json:
        click.echo(f"the test on {channel} got through in {found['seconds']:.1f} s: {found['answer']}")


@click.command(short_help="Where notices go, and whether they get there.")
@home_option
@json_option
@click.pass_obj
def channels(session: Session, home: str | None, as_json: bool) -> None:
    """List the channels, where they lead, and how they do."""
    found = session.client(home).get(f"{PATH}/channels")["channels"]
    if as_json:
        emit(found)
    elif not found:
        click.echo("no channel is configured; see `alerts.channels`")
    else:
        rows = [
            [each["name"], each["kind"], each["state"], each["waiting"], each["target"], each["answer"][:60]]
            for each in found
        ]
        table(["CHANNEL", "KIND", "STATE", "WAITING", "LEADS TO", "LAST ANSWER"], rows)


@click.command(short_help="What was told to whom.")
@click.option("--channel", default="", help="Only of this channel.")
@click.option("--incident", default="", help="Only of the incident with this key.")
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=30, show_default=True, help="The newest so many."
)
@home_option
@json_option
@click.pass_obj
def deliveries(
    session: Session, channel: str, incident: str, limit: int, home: str | None, as_json: bool
) -> None:
    """List what was told to whom and how that went, the newest first."""
    query = {"channel": channel, "incident": incident, "limit": limit}
    found = session.client(home).get(f"{PATH}/deliveries", query)["deliveries"]
    if as_json:
        emit(found)
    elif not found:
        click.echo("nothing was told")
    else:
        rows = [
            [
                each["created_at"][:19],
                each["channel"],
                each["event"],
                each["status"],
                each["attempts"],
                each["incident"],
                each["answer"][:60],
            ]
            for each in found
        ]
        table(["AT", "CHANNEL", "EVENT", "STATUS", "TRIES", "INCIDENT", "LAST ANSWER"], rows)


COMMANDS: tuple[click.Command, ...] = (test, channels, deliveries)
