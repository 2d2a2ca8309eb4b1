"""`meridian world`: break parts of the local world, and send traffic through it."""

from pathlib import Path
from typing import Any

import click

from meridian import console as output
from meridian.cli.client import home_folder

_SPANS = {"ms": 1.0, "s": 1000.0, "m": 60_000.0}


def _milliseconds(ctx: click.Context, param: click.Parameter, value: str) -> float:
    """Of a time such as 500ms, 2s or 5m."""
    for unit, milliseconds in _SPANS.items():
        number = value.removesuffix(unit)
        if number != value and number.replace(".", "", 1).isdigit():
            return float(number) * milliseconds
    raise click.BadParameter(f"{value} is not a time; write for example 500ms, 2s or 5m", ctx, param)


@click.group(short_help="Break parts of the local world, and send it traffic.")
def world() -> None:
    """Faults and traffic for the world that `meridian up` runs.

    TARGET is a location (europe-west1), a part of the platform (control, postgres, links, edge:EU, agent:EU, envoy:EU), or
    a link between two regions (link:EU:US).
    """


@world.command(short_help="Kill a location or a part of the platform.")
@click.argument("target")
@click.option("--hold", is_flag=True, help="Keep a part of the platform down until it is restored, too.")
@output.home_option
@output.json_option
def kill(target: str, hold: bool, home: str | None, as_json: bool) -> None:
    """Kill TARGET with SIGKILL.

    A location stays down until `meridian world restore`. A part of the platform is started again by itself, unless --hold is
    given. edge:EU is an Envoy with its agent; agent:EU and envoy:EU are one of the two.
    """
    _fault(home, as_json, verb="kill", target=target, hold=hold)


@world.command(short_help="Undo what was done to a target.")
@click.argument("target")
@output.home_option
@output.json_option
def restore(target: str, home: str | None, as_json: bool) -> None:
    """Undo every fault of TARGET; `all` restores everything."""
    _fault(home, as_json, verb="restore", target=target)


@world.command(short_help="Make a location slow.")
@click.argument("location")
@click.option(
    "--by", callback=_milliseconds, default="500ms", show_default=True, help="Time added to every answer."
)
@output.home_option
@output.json_option
def slow(location: str, by: float, home: str | None, as_json: bool) -> None:
    """Make every answer of LOCATION take longer, health checks included."""
    _fault(home, as_json, verb="slow", target=location, amount=by)


@world.command(short_help="Cut a location or a link off.")
@click.argument("target")
@output.home_option
@output.json_option
def partition(target: str, home: str | None, as_json: bool) -> None:
    """Let TARGET accept connections and answer nothing: a location (europe-west1) or a link (link:EU:US)."""
    _fault(home, as_json, verb="partition", target=target)


@world.command(short_help="Let a share of a location's answers fail.")
@click.argument("location")
@click.option(
    "--share",
    type=click.FloatRange(0, 100),
    default=5.0,
    show_default=True,
    help="Per cent of answers that are 500.",
)
@output.home_option
@output.json_option
def errors(location: str, share: float, home: str | None, as_json: bool) -> None:
    """Let LOCATION answer 500 to a share of its requests, while its health checks stay well."""
    _fault(home, as_json, verb="errors", target=location, amount=share / 100)


@world.command(short_help="Show the faults in force and what can be broken.")
@output.home_option
@output.json_option
def status(home: str | None, as_json: bool) -> None:
    """Show the faults in force, and the names that can be given as a target."""
    from meridian.world.faults import targets

    told = _ask(home, {"command": "status"})
    names = list(targets(told["regions"]))
    if as_json:
        output.emit({"faults": told["faults"], "targets": names})
        return
    for fault in told["faults"]:
        output.say(f"{fault['target']}: {fault['detail']}")
    if not told["faults"]:
        output.say("No fault is in force.")
    output.say(f"Targets: {', '.join(names)}")


@world.command(short_help="Send traffic from every country.")
@click.option(
    "--rps", type=click.IntRange(1, 20_000), default=200, show_default=True, help="Requests a second."
)
@click.option("--mix", default="launch-day", show_default=True, help="launch-day, steady or chat-heavy.")
@click.option("--duration", callback=_milliseconds, default="60s", show_default=True, help="How long.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed sends the same requests.")
@output.home_option
@output.json_option
def traffic(rps: int, mix: str, duration: float, seed: int, home: str | None, as_json: bool) -> int:
    """Send requests of users in every country, on a fixed schedule, and check where each was answered.

    This is for having traffic to look at. To measure what users see, with objectives, a report and a generator that watches
    itself, use `meridian load run`.

    Exit status 1 when an answer came from outside its user's residency set.
    """
    from meridian.world.traffic.run import Order, run

    order = Order(home_folder(home), rps, mix, duration / 1000, seed)
    return run(order, as_json)


@world.command(short_help="Tell control business events, as the app would.")
@click.argument("what")
@click.argument("count", type=click.IntRange(1, 1000), default=1)
@click.option("--region", default="", help="Left out: the first one.")
@click.option("--over", is_flag=True, help="They are over: paid, closed, resolved or ended.")
@output.home_option
@output.json_option
def report(what: str, count: int, region: str, over: bool, home: str | None, as_json: bool) -> None:
    """Tell control COUNT business events of WHAT, so that alerts can be tried out.

    WHAT is payout-failed, payout-pending, ticket, ticket-urgent, dispute, fraud-alert, fraud-critical, attack, panic or
    cdn-misses. The same ones are told each time, so that --over with the same COUNT ends them.
    """
    from datetime import UTC, datetime

    from meridian.cli.client import Client
    from meridian.world.home import Home
    from meridian.world.reports import events

    told = _ask(home, {"command": "status"})
    where = region or next(iter(told["regions"]))
    batch = events(what, count, where, datetime.now(UTC), over=over)
    token = Home.seen(home_folder(home)).app_token.read_text().strip()
    client = Client(home, address=told["control"], token=token)
    answer = client.post("/infrastructure/events", {"events": batch})
    if as_json:
        output.emit(answer)
        return
    for refused in answer["refused"]:
        output.say(f"refused: {refused['reason']}")
    output.say(f"{answer['accepted']} told of {where}: {what}{' is over' if over else ''}")


@world.command(hidden=True)
@click.argument("location")
@click.option("--region", required=True)
@click.option("--listen", required=True)
@click.option("--faults", type=click.Path(path_type=Path))
@click.option("--version", default="1")
def app(location: str, region: str, listen: str, faults: Path | None, version: str) -> None:
    """Run the sample app of one location, as the supervisor does."""
    from meridian.world.app import run

    run(location, region, listen, faults, version)


def _fault(home: str | None, as_json: bool, **question: Any) -> None:
    """as_json: what was done, and every fault that is in force now."""
    done = _ask(home, {"command": "fault", **question})
    if as_json:
        output.emit(done)
    else:
        output.say(str(done["sentence"]))


def _ask(home: str | None, question: dict[str, Any]) -> dict[str, Any]:
    from meridian.core.errors import Unavailable
    from meridian.world import hotline
    from meridian.world.home import Home

    root = home_folder(home)
    if not root.exists():
        raise Unavailable(f"no world is running in {root}", "start one with `meridian up`")
    try:
        return hotline.ask(Home.seen(root).supervisor, question)
    except Unavailable:
        raise Unavailable(f"no world is running in {root}", "start one with `meridian up`") from None
