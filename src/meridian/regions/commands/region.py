"""`meridian region`: how the regions are, where they fail over to, and taking their traffic away."""

from typing import Any

import click

from meridian.console import emit, home_option, json_option, reason_option, styled, table
from meridian.regions.commands.common import Session, part

COLOURS = {"healthy": "green", "degraded": "yellow", "down": "red", "unknown": "magenta"}


@click.group(short_help="Regions: health, failover and drains.")
def region() -> None:
    """Regions: health, failover and drains."""


@region.command("list", short_help="The regions and their locations.")
@home_option
@json_option
@click.pass_obj
def listed(session: Session, home: str | None, as_json: bool) -> None:
    """List the regions with their locations, residency and health."""
    client = session.client(home)
    topology = client.get("/infrastructure/topology")
    found = [
        {
            "region": name,
            **{key: each[key] for key in ("name", "locations", "priority", "residency")},
            "url": topology["edges"].get(name, {}).get("url", ""),
            "health": client.get(f"/infrastructure/health/{part(name)}")["status"],
        }
        for name, each in topology["regions"].items()
    ]
    if as_json:
        emit(found)
        return
    rows = [
        [
            str(each["region"]),
            each["health"],
            ", ".join(each["locations"]),
            each["residency"],
            each["url"] or "-",
        ]
        for each in found
    ]
    table(["REGION", "HEALTH", "LOCATIONS", "RESIDENCY", "EDGE"], rows)


@region.command(short_help="What a client is told about its region.")
@home_option
@json_option
@click.pass_obj
def config(session: Session, home: str | None, as_json: bool) -> None:
    """Print the region config as an anonymous client of this machine gets it."""
    found = session.client(home).get("/infrastructure/region-config")
    if as_json:
        emit(found)
        return
    click.echo(found["sentence"])
    click.echo(f"  edge      {found['url'] or '-'}")
    click.echo(f"  failover  {', '.join(found['failover'])}")
    table(
        ["FEATURE", "GOES TO", "PATHS"],
        [[name, each["target"], ", ".join(each["paths"])] for name, each in found["features"].items()],
    )


@region.command(short_help="Every service in every location, as the edges see it.")
@click.argument("name", required=False)
@home_option
@json_option
@click.pass_obj
def health(session: Session, name: str | None, home: str | None, as_json: bool) -> None:
    """Print the health of the region NAME, or of all regions."""
    client = session.client(home)
    names = [name] if name else list(client.get("/infrastructure/topology")["regions"])
    found = [client.get(f"/infrastructure/health/{part(each)}") for each in names]
    if as_json:
        emit(found[0] if name else found)
        return
    for each in found:
        click.echo(f"{styled(each['status'], fg=COLOURS[each['status']], bold=True)}  {each['sentence']}")
    rows = [
        [
            service["location"],
            service["service"],
            f"{service['healthy']}/{service['total']}",
            service["reason"] or "-",
        ]
        for each in found
        for service in each["services"]
        if name or not service["up"]
    ]
    if rows:
        table(["LOCATION", "SERVICE", "UP", "WHY NOT"], rows)


@region.command(short_help="Who takes over, feature by feature.")
@click.argument("name")
@home_option
@json_option
@click.pass_obj
def failover(session: Session, name: str, home: str | None, as_json: bool) -> None:
    """Print which locations serve the users of the region NAME, in the order in which they are tried."""
    found = session.client(home).get(f"/infrastructure/regions/{part(name)}/failover")
    if as_json:
        emit(found)
        return
    rows = [[each["feature"], each["target"], _chain(each["chain"])] for each in found["chains"]]
    table(["FEATURE", "GOES TO", "TRIES"], rows)


def _chain(links: list[dict[str, Any]]) -> str:
    named = [f"{each['location']} ({each['wrong']})" if each["wrong"] else each["location"] for each in links]
    return " > ".join(named) or "nowhere: residency allows no location"


@region.command(short_help="Take a region's or location's traffic away.")
@click.argument("name")
@click.option("--over", default="60s", show_default=True, help="How long it takes, as 60s or 10m.")
@click.option(
    "--force", is_flag=True, help="Also where the others cannot carry it. Residency holds all the same."
)
@reason_option
@home_option
@json_option
@click.pass_obj
def drain(
    session: Session, name: str, over: str, force: bool, reason: str, home: str | None, as_json: bool
) -> None:
    """Take the traffic of NAME away bit by bit, after a check that the others can carry it."""
    body = {"over": over, "reason": reason, "force": force}
    _done(session.client(home).post(f"/infrastructure/regions/{part(name)}/drain", body), as_json)


@region.command(short_help="Give its traffic back.")
@click.argument("name")
@reason_option
@home_option
@json_option
@click.pass_obj
def undrain(session: Session, name: str, reason: str, home: str | None, as_json: bool) -> None:
    """Give NAME its traffic back, bit by bit."""
    _done(
        session.client(home).post(f"/infrastructure/regions/{part(name)}/undrain", {"reason": reason}),
        as_json,
    )


@region.command(short_help="What is drained, or being drained.")
@home_option
@json_option
@click.pass_obj
def drains(session: Session, home: str | None, as_json: bool) -> None:
    """List the locations whose traffic is away, or on its way out or back."""
    found = session.client(home).get("/infrastructure/drains")["drains"]
    if as_json:
        emit(found)
    elif not found:
        click.echo("nothing is drained")
    else:
        rows = [
            [each["location"], f"{each['share']:.0%}", f"{each['to']:.0%}", each["author"], each["reason"]]
            for each in found
        ]
        table(["LOCATION", "AWAY", "GOING TO", "BY", "REASON"], rows)


def _done(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        emit(found)
        return
    click.echo(found["sentence"])
    for location, rate in found["carriers"].items():
        if not found["unknown"]:
            click.echo(f"  {location} takes over and will serve {rate:.0f} requests/s")
    for objection in found["objections"]:
        click.echo(styled(f"  forced: {objection}", fg="yellow"))
    for unknown in found["unknown"]:
        click.echo(styled(f"  not checked: {unknown}", fg="yellow"))
