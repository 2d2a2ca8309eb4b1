"""`meridian user`: where one user belongs, and changing it."""

from typing import Any

import click

from meridian.console import emit, home_option, json_option, reason_option
from meridian.core.errors import MeridianError
from meridian.regions.commands.common import Client, Session, part


@click.group(short_help="Where single users belong.")
def user() -> None:
    """Where single users belong: stored homes and overrides."""


@user.command(short_help="A user's home and override.")
@click.argument("name", metavar="USER")
@home_option
@json_option
@click.pass_obj
def show(session: Session, name: str, home: str | None, as_json: bool) -> None:
    """Print the stored home and the override of USER, and the region that follows from them."""
    client = session.client(home)
    path = f"/infrastructure/users/{part(name)}"
    explained = client.get("/infrastructure/route/explain", {"user": name})
    found = {
        "user": name,
        "region": explained["user_region"] if explained["rule"] in ("override", "home") else None,
        "home": _or_none(client, f"{path}/home"),
        "override": _or_none(client, f"{path}/override"),
    }
    if as_json:
        emit(found)
        return
    click.echo(
        f"{name}: " + (explained["sentence"] if found["region"] else "the region follows from where they are")
    )
    if stored := found["home"]:
        click.echo(f"  home      {stored['region']}, by {stored['source']} ({stored['decided_by']})")
    if placed := found["override"]:
        until = f", until {placed['expires_at']}" if placed["expires_at"] else ""
        click.echo(f"  override  {placed['region']}, by {placed['author']}{until}: {placed['reason']}")


def _or_none(client: Client, path: str) -> Any:
    try:
        return client.get(path)
    except MeridianError as error:
        if error.status != 404:
            raise
        return None


@user.command(short_help="Store a user's home.")
@click.argument("name", metavar="USER")
@click.argument("region")
@reason_option
@home_option
@json_option
@click.pass_obj
def assign(session: Session, name: str, region: str, reason: str, home: str | None, as_json: bool) -> None:
    """Make REGION the stored home of USER. It takes effect with their next home token."""
    body = {"region": region, "reason": reason}
    found = session.client(home).call("PUT", f"/infrastructure/users/{part(name)}/home", body).body
    _said(found, found["sentence"], as_json)


@user.command(short_help="Place a user in a region by hand.")
@click.argument("name", metavar="USER")
@click.argument("region")
@click.option("--for", "lasting", help="How long, as 24h or 7d. Left out: until it is cleared.")
@reason_option
@home_option
@json_option
@click.pass_obj
def override(
    session: Session,
    name: str,
    region: str,
    lasting: str | None,
    reason: str,
    home: str | None,
    as_json: bool,
) -> None:
    """Place USER in REGION on every edge, whatever the other rules say."""
    body = {"region": region, "reason": reason, "expires_in": lasting}
    found = session.client(home).call("PUT", f"/infrastructure/users/{part(name)}/override", body).body
    until = f" until {found['expires_at']}" if found["expires_at"] else " until it is cleared"
    _said(found, f"{name} is placed in {found['region']}{until}", as_json)


@user.command("clear-override", short_help="Take an override back.")
@click.argument("name", metavar="USER")
@reason_option
@home_option
@json_option
@click.pass_obj
def clear(session: Session, name: str, reason: str, home: str | None, as_json: bool) -> None:
    """Take the override of USER back, on every edge."""
    path = f"/infrastructure/users/{part(name)}/override?reason={part(reason)}"
    found = session.client(home).call("DELETE", path).body
    _said(found, found["sentence"], as_json)


def _said(found: Any, sentence: str, as_json: bool) -> None:
    if as_json:
        emit(found)
    else:
        click.echo(sentence)
