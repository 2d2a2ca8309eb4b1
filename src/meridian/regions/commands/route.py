"""`meridian route explain`: the rules in order, the one that decided, and where the request ends up."""

from pathlib import Path
from typing import Any

import click

from meridian.config.schema.root import Config
from meridian.console import emit, home_option, json_option, styled
from meridian.core.errors import InvalidInput
from meridian.core.names import user_id
from meridian.regions.commands.common import Session
from meridian.regions.explain import explain
from meridian.regions.latency.network import network_of
from meridian.regions.names import region_name
from meridian.regions.policy import Facts, expand

ROUTES = {
    "home": "the user's home",
    "pinned": "where this feature always runs",
    "nearest": "the nearest region",
    "optimal": "the fastest region that residency allows",
}
ASKED = "down, as you asked"


@click.group(short_help="Where requests go, and why.")
def route() -> None:
    """Where requests go, and why."""


@route.command("explain", short_help="Why a request goes where it goes.")
@click.option("--ip", default="", help="The client's address.")
@click.option("--user", default="", help="The user; control looks up their override and stored home.")
@click.option("--feature", default="", help="What they do. Left out: only where they belong.")
@click.option("--tier", default="", help="The user's tier.")
@click.option("--home-region", default="", help="A stored home, instead of looking it up.")
@click.option("--declared", default="", help="The country that the app declares for the user.")
@click.option("--country", default="", help="The country of the address, instead of looking it up.")
@click.option("--down", multiple=True, help="A location or region to take as down; may be repeated.")
@click.option(
    "--config",
    "file",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="Explain this file, without asking control.",
)
@home_option
@json_option
@click.pass_obj
def explained(
    session: Session,
    ip: str,
    user: str,
    feature: str,
    tier: str,
    home_region: str,
    declared: str,
    country: str,
    down: tuple[str, ...],
    file: Path | None,
    home: str | None,
    as_json: bool,
) -> None:
    """Print the rules in order and the one that decided, the region the request goes to, and the location that answers."""
    asked = {
        "ip": ip,
        "user": user,
        "feature": feature,
        "tier": tier,
        "home": home_region,
        "declared": declared,
        "country": country,
        "down": ",".join(down),
    }
    found = (
        _offline(session.config(file), asked)
        if file
        else session.client(home).get("/infrastructure/route/explain", asked)
    )
    if as_json:
        emit(found)
    else:
        click.echo(drawn(found))


def _offline(config: Config, asked: dict[str, str]) -> dict[str, Any]:
    if asked["home"]:
        region_name(config, asked["home"])
    user = user_id(asked["user"]) if asked["user"] else ""
    facts = Facts(user, "", asked["home"], _country(asked), asked["declared"].upper())
    down = expand(config, [name for name in asked["down"].split(",") if name])
    wrong = dict.fromkeys(sorted(down), ASKED)
    found = explain(config, facts, asked["feature"], address=asked["ip"], tier=asked["tier"], wrong=wrong)
    return {
        **found.as_json(),
        "trouble": "from the file alone: overrides and stored homes are not known" if user else "",
    }


def _country(asked: dict[str, str]) -> str:
    if asked["country"] or not asked["ip"]:
        return asked["country"].upper()
    if not network_of(asked["ip"]):
        raise InvalidInput(
            f"{asked['ip'][:60]!r} is not an address", "write for example 81.2.69.142 or 2001:db8::1"
        )
    from meridian.geo.lookup import CountryLookup, default_database

    with CountryLookup(default_database()) as lookup:
        return lookup.country(asked["ip"])


def drawn(found: dict[str, Any]) -> str:
    """An explanation for a person."""
    lines = [_who(found), "", *_rules(found)]
    if found["feature"]:
        lines += ["", *_request(found), "", styled(found["sentence"], bold=True)]
    else:
        lines += ["", styled(found["sentence"], bold=True)]
    if found.get("trouble"):
        lines += ["", styled(f"note: {found['trouble']}", fg="yellow")]
    return "\n".join(lines)


def _who(found: dict[str, Any]) -> str:
    facts = found["facts"]
    who = facts["user"] or "someone"
    if facts["tier"]:
        who += f" ({facts['tier']})"
    where = f" at {facts['address']}" if facts["address"] else ""
    where += (
        f" in {facts['country']}" if facts["country"] else " in no known country" if facts["address"] else ""
    )
    return f"{found['feature'] or 'The region'} for {who}{where}"


def _rules(found: dict[str, Any]) -> list[str]:
    decided, lines = False, []
    for number, step in enumerate(found["steps"], 1):
        mark = "▶" if step["rule"] == found["rule"] and not decided else " "
        line = f"{mark} {number} {step['rule']:<9} {step['region'] or '-':<8} {step['because']}"
        if mark == "▶":
            line = styled(line, fg="green", bold=True)
        elif decided or not step["region"]:
            line = styled(line, dim=True)
        decided = decided or mark == "▶"
        lines.append(line)
    return lines


def _request(found: dict[str, Any]) -> list[str]:
    bound = found["bound"] + (f" ({found['bound_why']})" if found["bound_why"] else "")
    lines = [
        f"  {'goes to':<9} {found['target']}, {ROUTES[found['route']]}",
        f"  {'bound to':<9} {bound}",
    ]
    for number, link in enumerate(found["chain"]):
        here = link["location"] == found["location"]
        mark = styled("✗", fg="red") if link["wrong"] else styled("▶", fg="green", bold=True) if here else "·"
        label = "tries" if number == 0 else ""
        lines.append(
            f"  {label:<9} {mark} {link['location']:<18} {link['region']:<6} {link['wrong']}".rstrip()
        )
    if not found["chain"]:
        lines.append(f"  {'tries':<9} no location: residency allows none")
    answer = found["location"] or styled(
        f"{found['status']}: nobody who may serve it is up, so nobody does", fg="red"
    )
    return [*lines, f"  {'answers':<9} {answer}"]
