"""`meridian limits show` and `top`: which limits there are, what somebody's are and what remains, and who uses them up."""

from typing import Any

import click

from meridian.config.schema.base import duration
from meridian.console import counted, emit, home_option, json_option, note, styled, table
from meridian.core.errors import MeridianError
from meridian.limits.commands.common import Client, Count, Session, ask_edge, edge_of, rate, who_options


@click.command(short_help="The limits, and what somebody's are right now.")
@who_options
@click.option("--action", default="", help="Only the limits of this action.")
@click.option(
    "--edge", default="", help="Ask this edge (its URL) what remains. Left out: the one of their region."
)
@home_option
@json_option
@click.pass_obj
def show(
    session: Session,
    user: str,
    address: str,
    tier: str,
    risk: str,
    country: str,
    region: str,
    action: str,
    edge: str,
    home: str | None,
    as_json: bool,
) -> None:
    """Print every limit; or what the limits of --user or --client are right now, why, and what remains of them.

    What remains is asked of an edge, and takes nothing."""
    client = session.client(home)
    asked = {"user": user, "client": address, "tier": tier, "risk": risk, "country": country}
    if not any((user, address, tier, country, region, action)):
        _every(client.get("/infrastructure/limits"), as_json)
        return
    found = client.get("/infrastructure/limits/explain", {**asked, "region": region, "action": action})
    left, trouble = _remaining(client, found, edge) if user or address else ({}, "")
    if as_json:
        for each in found["limits"]:
            each["remaining"] = left.get(each["name"])
        emit({**found, "trouble": found["trouble"] or trouble})
        return
    _of(found, left)
    for problem in filter(None, (found["trouble"], trouble)):
        note(f"note: {problem}")


def _every(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        emit(found)
        return
    rows = [
        [
            each["name"],
            rate(each["rate"], each["window"], each["burst"]),
            f"client of {each['class_name']}" if each["class_name"] else each["key"],
            ", ".join(each["actions"]) or "everything",
            ", ".join(
                factor for factor, counts in (("tier", each["tiers"]), ("risk", each["risk"])) if counts
            )
            or "-",
            _how(each),
        ]
        for each in found["policies"]
    ]
    if rows:
        table(["LIMIT", "RATE", "FOR EACH", "DOING", "TIMES", "COUNTED"], rows)
    else:
        click.echo("there are no limits; write some under `limits.policies`")
    for each in found["policies"]:
        if each["each"]:
            click.echo(
                f"{each['name']}: {', '.join(f'{place} {most}' for place, most in each['each'].items())}"
            )
    _shields(found["shields"])
    if not rows:
        return
    for title in ("tiers", "risk"):
        if found[title]:
            factors = ", ".join(f"{name} {factor:g}" for name, factor in found[title].items())
            click.echo(f"\n{title}: {factors}" if title == "tiers" else f"{title}: {factors}")


def _shields(shields: list[dict[str, Any]]) -> None:
    if not shields:
        return
    click.echo()
    rows = [
        [
            each["name"],
            each["action"],
            f"{each['failures']} within {duration(each['within'])}",
            f"{duration(each['block'])}, then times {each['growth']:g}, at most {duration(each['longest'])}",
        ]
        for each in shields
    ]
    table(["SHIELD", "WATCHES", "FAILURES", "BLOCKS FOR"], rows)


def _how(policy: dict[str, Any]) -> str:
    if policy["shadow"]:
        return "shadow"
    return f"exact, else {policy['on_failure']}" if policy["scope"] == "exact" else "edge"


def _remaining(client: Client, found: dict[str, Any], edge: str) -> tuple[dict[str, int], str]:
    """Limit -> requests that would pass now, as far as an edge says it, and what is wrong with asking."""
    actions = [found["action"]] if found["action"] else _actions(client)
    left: dict[str, int] = {}
    try:
        region = found["region"] or _region(client, found)
        url = edge or edge_of(client, region)[1]
        for action in actions:
            body = {
                "action": action,
                "dry_run": True,
                "region": region,
                "ip": found["client"].partition("/")[0],
            }
            body |= {name: found[name] for name in ("user", "tier", "risk", "country")}
            answer = ask_edge(client, url, {name: value for name, value in body.items() if value})
            for limit in answer.limits:
                left[limit.name] = min(limit.remaining, left.get(limit.name, limit.remaining))
    except MeridianError as error:
        return left, f"what remains is not known: {error.what}"
    return left, ""


def _actions(client: Client) -> list[str]:
    found = client.get("/infrastructure/limits")["policies"]
    return list(dict.fromkeys(action for each in found for action in each["actions"]))


def _region(client: Client, found: dict[str, Any]) -> str:
    """Where their requests go, as routing says."""
    asked = {"user": found["user"], "country": found["country"]}
    return str(client.get("/infrastructure/route/explain", asked)["user_region"])


def _of(found: dict[str, Any], left: dict[str, int]) -> None:
    who = found["user"] or ("someone signed in" if found["tier"] else "someone who has not signed in")
    where = f" at {found['client']}" if found["client"] else ""
    doing = f", doing {found['action']}" if found["action"] else ""
    click.echo(styled(f"{who}{where}{doing}", bold=True))
    for each in found["limits"]:
        remains = left.get(each["name"])
        mark = "" if remains is None else f"  ({remains} left)"
        line = f"  {each['sentence']}{mark}"
        click.echo(styled(line, fg="red") if remains == 0 else line)
        if by := each["chosen"]:
            until = f", until {by['expires_at']}" if by["expires_at"] else ""
            click.echo(f"      by {by['author']}{until}: {by['reason']}")
    if not found["limits"]:
        click.echo("  no limit applies")
    if found["resets"]:
        click.echo(f"  the counters were reset {counted(found['resets'], 'time')}")


@click.command(short_help="How limits are used, and who is refused most.")
@click.argument("limit", required=False, default="")
@click.option("--minutes", type=Count(1, 60), default=5, show_default=True, help="How far back.")
@click.option(
    "--most", type=Count(1, 50), default=10, show_default=True, help="Of those who are refused most."
)
@home_option
@json_option
@click.pass_obj
def top(session: Session, limit: str, minutes: int, most: int, home: str | None, as_json: bool) -> None:
    """Print how many requests met each limit, or LIMIT, and who was refused most, as the edges counted it."""
    asked = {"limit": limit, "minutes": minutes, "most": most}
    found = session.client(home).get("/infrastructure/limits/usage", asked)
    if as_json:
        emit(found)
        return
    used = [each for each in found["limits"] if each["requests"] or limit]
    if not used:
        click.echo(f"no request met a limit in the last {counted(minutes, 'minute')}")
        return
    columns = ["LIMIT", "REQUESTS", "REFUSED", "SHARE", "MOST REFUSED IN", "TIER", "COUNTED"]
    table(columns, [_usage(each) for each in used])
    if found["top"]:
        click.echo()
        rows = [[each["limit"], each["who"], _least(each)] for each in found["top"]]
        table(["LIMIT", "WHO", "REFUSED"], rows)


def _usage(each: dict[str, Any]) -> list[object]:
    share = each["refused"] / each["requests"] if each["requests"] else 0.0
    how = "shadow" if each["shadow"] else each["scope"] or "shield"
    if each["failed_open"] or each["failed_closed"]:
        how += f", {each['failed_open']} let through and {each['failed_closed']} refused without counters"
    return [
        each["name"],
        each["requests"],
        each["refused"],
        f"{share:.1%}",
        _worst(each["countries"]),
        _worst(each["tiers"]),
        how,
    ]


def _worst(shares: list[dict[str, Any]]) -> str:
    """Who is refused most; the first, as they are in this order."""
    return str(shares[0]["name"] or "unknown") if shares and shares[0]["refused"] else "-"


def _least(each: dict[str, Any]) -> str:
    return (
        f"{each['refused']}"
        if not each["beyond"]
        else f"{each['refused']} to {each['refused'] + each['beyond']}"
    )


COMMANDS: tuple[click.Command, ...] = (show, top)
