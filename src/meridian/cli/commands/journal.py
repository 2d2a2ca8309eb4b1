"""`meridian journal`: what was decided, by whom and why; one decision with its evidence; and deciding it
again."""

import time
from typing import Any

import click

from meridian import console as output
from meridian.cli.client import Client

DECISIONS = "/infrastructure/decisions"


@click.command(short_help="What was decided, and why.")
@click.argument("id", required=False)
@click.option("--follow", "-f", is_flag=True, help="Go on printing new decisions until interrupted.")
@click.option("--replay", is_flag=True, help="Decide ID again from its evidence, and compare.")
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True, help="How many.")
@click.option("--controller", help="Only what this controller decided.")
@click.option("--subject", help="Only decisions about this.")
@output.home_option
@output.json_option
def journal(
    id: str | None,
    follow: bool,
    replay: bool,
    limit: int,
    controller: str | None,
    subject: str | None,
    home: str | None,
    as_json: bool,
) -> int:
    """List the latest decisions, or show the one with the identifier ID. `meridian undo ID` takes one back.

    With --replay, exits with 1 when deciding again gives another result."""
    client = Client(home)
    if id is not None:
        return _replay(client, id, as_json) if replay else _one(client, id, as_json)
    if replay:
        raise click.UsageError("--replay needs the identifier of a decision")
    filters = {"limit": limit, "controller": controller, "subject": subject}
    found = client.get(DECISIONS, filters)["decisions"]
    if as_json and not follow:
        output.emit(found)
        return 0
    for decision in reversed(found):
        _line(decision, as_json)
    while follow:
        time.sleep(1.0)
        last = found[0]["id"] if found else ""
        fresh = client.get(DECISIONS, {**filters, "limit": 500})["decisions"]
        # Identifiers sort by time.
        for decision in reversed([decision for decision in fresh if decision["id"] > last]):
            _line(decision, as_json)
        found = fresh or found
    return 0


def _line(decision: dict[str, Any], as_json: bool) -> None:
    if as_json:
        output.emit(decision)
    else:
        output.say(
            f"{decision['at'][:19]}  {decision['id']}  {decision['controller']}: {decision['sentence']}"
        )


def _one(client: Client, id: str, as_json: bool) -> int:
    decision = client.get(f"{DECISIONS}/{id}")
    if as_json:
        output.emit(decision)
        return 0
    output.say(decision["sentence"])
    for name in ("at", "controller", "kind", "subject", "actor", "reason"):
        output.say(f"  {name}: {decision[name]}")
    for name in ("evidence", "action", "undo"):
        output.say(f"  {name}:")
        output.emit(decision[name])
    return 0


def _replay(client: Client, id: str, as_json: bool) -> int:
    result = client.get(f"{DECISIONS}/{id}/replay")
    if as_json:
        output.emit(result)
    else:
        output.say(result["sentence"])
    return 0 if result["matches"] else 1
