"""`meridian limits check`: the check API of an edge, from the command line."""

from dataclasses import asdict

import click

from meridian.console import emit, home_option, json_option, styled, table
from meridian.limits.commands.common import Count, Session, ask_edge, edge_of, rate, who_options

REFUSED = 2
"""The exit status that says that a limit refuses."""
KEYS = ("burst", "user", "client", "address", "country", "region")


@click.command(short_help="Ask an edge whether a limit allows something.")
@click.argument("action", required=False, default="")
@who_options
@click.option("--hits", type=Count(1, 1_000_000), default=1, show_default=True, help="How many requests.")
@click.option("--dry-run", is_flag=True, help="Take nothing.")
@click.option("--only", type=click.Choice(KEYS), help="Look at the limit of this key only.")
@click.option(
    "--edge", default="", help="The edge's URL. Left out: the one of --region, or of the first region."
)
@home_option
@json_option
@click.pass_obj
def check(
    session: Session,
    action: str,
    user: str,
    address: str,
    tier: str,
    risk: str,
    country: str,
    region: str,
    hits: int,
    dry_run: bool,
    only: str | None,
    edge: str,
    home: str | None,
    as_json: bool,
) -> int:
    """Ask an edge whether its limits allow ACTION, and take it from them as the gateway would.

    Exit status 0: allowed, 2: refused, 1: nobody could be asked."""
    from meridian.limits.client import question

    body = question(
        action=action,
        user=user,
        tier=tier,
        risk=risk if user or tier else "",
        ip=address,
        country=country.upper(),
        region=region,
        hits=hits,
        dry_run=dry_run,
        only=only,
    )
    client = session.client(home)
    answer = ask_edge(client, edge or edge_of(client, region)[1], body)
    if as_json:
        emit(asdict(answer))
        return 0 if answer else REFUSED
    if answer:
        click.echo(styled("allowed", fg="green", bold=True))
    else:
        click.echo(
            f"{styled('refused', fg='red', bold=True)} by {answer.refused_by}, for {answer.retry_after:g} s more"
        )
    if answer.limits:
        rows = [
            [each.name, each.key, rate(each.quota, each.window), each.remaining, f"{each.reset:g} s"]
            for each in answer.limits
        ]
        table(["LIMIT", "KEY", "RATE", "LEFT", "FULL IN"], rows)
    return 0 if answer else REFUSED


COMMANDS: tuple[click.Command, ...] = (check,)
