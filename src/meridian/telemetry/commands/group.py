"""`meridian metrics` itself prints what is the case now; the other files add to it."""

from typing import Any

import click

from meridian.console import emit, home_option, json_option, styled, table
from meridian.telemetry.commands.session import METRICS, Session, milliseconds, number, rate, share

COLOURS = {"healthy": "green", "degraded": "yellow", "down": "red", "unknown": "yellow"}


@click.group(short_help="What happens now, and what happened.", invoke_without_command=True)
@home_option
@json_option
@click.pass_context
def metrics(context: click.Context, home: str | None, as_json: bool) -> None:
    """Print what is the case right now: requests, failures, latency, users, and where the business stands."""
    if context.invoked_subcommand is not None:
        return
    session: Session = context.obj
    found = session.client(home).get(f"{METRICS}/live")
    if as_json:
        emit(found)
        return
    _system(found)
    _regions(found["regions"])
    _business(found)
    _ill(found["services"])


def _system(found: dict[str, Any]) -> None:
    status = found["system"]["status"]
    click.echo(f"{styled(status, fg=COLOURS.get(status), bold=True)}: {found['system']['sentence']}")
    level = found["degradation"]
    if level["level"]:
        click.echo(styled(f"degraded to level {level['level']}, {level['name']}", fg="yellow"))
    click.echo(
        f"{rate(found['rps'])}, {share(found['error_rate'])} failed, p95 {milliseconds(found['p95'])}, "
        f"{number(found['active_users'])} users in 5 minutes, {number(found['paying_users'])} of them paying"
    )


def _regions(regions: list[dict[str, Any]]) -> None:
    click.echo()
    rows = [
        [
            each["region"],
            each["status"],
            rate(each["rps"]),
            share(each["error_rate"]),
            milliseconds(each["p95"]),
            number(each["active_users"]),
        ]
        for each in regions
    ]
    table(["REGION", "STATUS", "REQUESTS", "FAILED", "P95", "USERS"], rows)


def _business(found: dict[str, Any]) -> None:
    tokens, payouts, support = found["tokens"], found["payouts"], found["support"]
    fraud, panic = found["fraud_alerts"], found["panic"]
    waits = support["mean_response_time"]
    amount = f", {payouts['amount'] / 100:,.2f} {payouts['currency']} waiting" if payouts["currency"] else ""
    answered = f", first answers after {waits / 60:,.0f} min" if waits is not None else ""
    click.echo()
    rows = [
        [
            "tokens a minute",
            f"{number(tokens['earned'])} earned, {number(tokens['spent'])} spent, {number(tokens['transactions'])} transactions",
        ],
        [
            "payouts",
            f"{number(payouts['pending'])} pending, {number(payouts['processing'])} processing, "
            f"{number(payouts['failed'])} failed{amount}",
        ],
        ["support", f"{number(support['open'])} open, {number(support['urgent'])} urgent{answered}"],
        [
            "fraud alerts",
            f"{number(fraud['active'])} active, {number(fraud['critical'])} critical, "
            f"{number(fraud['resolved_today'])} resolved today",
        ],
        ["panic passes", f"{number(panic['active'])} active, {number(panic['last_24h'])} in 24 hours"],
    ]
    for name, text in rows:
        click.echo(f"{name:<16} {text}")


def _ill(services: list[dict[str, Any]]) -> None:
    for each in services:
        if each["status"] in ("healthy", "unknown"):
            continue
        places = ", ".join(
            f"{one['healthy']} of {one['total']} in {one['location']}" for one in each["locations"]
        )
        click.echo(styled(f"{each['service']} is {each['status']}: {places}", fg=COLOURS[each["status"]]))
