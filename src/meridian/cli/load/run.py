"""The program around a run on this machine: finds the target, listens for Ctrl-C, shows how it goes, and says how it ended."""

import asyncio
import hashlib
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from meridian import console as output
from meridian.cli.client import Client, home_folder
from meridian.cli.load import world
from meridian.core.errors import InvalidInput
from meridian.core.ids import new_id
from meridian.loadtest.commands.verdict import print_verdict
from meridian.loadtest.conducting import Options, Watch
from meridian.loadtest.live.lines import Lines
from meridian.loadtest.live.terminal import terminal
from meridian.loadtest.plan import Shard
from meridian.loadtest.reporting import PATH
from meridian.loadtest.running import Ran, Run
from meridian.loadtest.runs import ID, LONGEST_ID, SHORTEST_ID
from meridian.loadtest.scenario.loading import load
from meridian.loadtest.scenario.plan import ScenarioPlan
from meridian.loadtest.scenario.safety import permit
from meridian.loadtest.scenario.scenario import Scenario
from meridian.loadtest.scenario.target import Target
from meridian.loadtest.settings import LOCAL, LoadTests
from meridian.loadtest.verdicts import exit_status
from meridian.loadtest.writing import Files

CORES_EACH = 2
"""Cores of this machine for each process that sends, as the world that is tested is often here too."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for; see `cli.commands.load`."""

    scenario: str
    scale: float
    duration: float | None
    rate: float | None
    seed: int | None
    target: str
    file: Path | None
    confirm: str
    processes: int | None
    http: Literal[1, 2]
    out: Path | None
    shard: Shard
    start_at: float | None
    given: str | None
    before: str | None
    no_control: bool
    home: str | None
    as_json: bool


async def run_here(asked: Asked) -> int:
    """The exit status. Raises MeridianError for what cannot be run."""
    _require_together(asked)
    id = _id(asked.given)
    scenario = load(asked.scenario)
    asks = scenario.asks(asked.scale, asked.duration, asked.rate)
    root = home_folder(asked.home)
    client = None if asked.no_control else Client(asked.home)
    target, settings, sample = await asyncio.to_thread(_there, asked, root, client)
    permit(settings, target, asks.rate, asks.seconds, asked.confirm or None, scale=asks.scale)
    if asked.out is not None:
        Files(asked.out).require()
    plan = await asyncio.to_thread(_plan, asked, scenario, target, _seed(asked, id))
    before = await asyncio.to_thread(_before, asked.before, client)
    out = asked.out or root / "load-tests" / id
    options = Options(
        id=id,
        scale=asked.scale,
        rate=asked.rate,
        shard=asked.shard,
        start_at=asked.start_at,
        processes=asked.processes or max(1, (os.cpu_count() or 1) // CORES_EACH),
        http=asked.http,
        sample=sample,
    )
    run = Run(
        plan, target, options, settings, client, out=out, confirmed=asked.confirm or None, before=before
    )
    output.note(_opening(plan, target, options))
    output.note(_preparing(plan, options.shard))
    if sys.stderr.isatty():
        run.preparing = _prepared
    with _interruptible(run), _watched() as run.watch:
        ran = await run.run()
    _say(asked, ran, options, client)
    return exit_status(ran.summary["state"])


def _there(asked: Asked, root: Path, client: Client | None) -> tuple[Target, LoadTests, dict[str, int]]:
    """The target, what may be tested, and the processes to watch."""
    if asked.target in ("", LOCAL) and asked.file is None:
        local = world.find(root, client)
        settings = local.config.section(LoadTests)
        return world.spoken(local.target, asked.http), settings, dict(local.processes)
    target, config = world.of_config(asked.target, client, asked.file)
    return world.spoken(target, asked.http), config.section(LoadTests), {}


def _plan(asked: Asked, scenario: Scenario, target: Target, seed: int) -> ScenarioPlan:
    return scenario.plan(target, seed=seed, scale=asked.scale, seconds=asked.duration, rate=asked.rate)


def _before(run: str | None, client: Client | None) -> bytes | None:
    """The record of an earlier run, before anything is sent: a mistake in its name is told at once."""
    if run is None:
        return None
    if Path(run).is_file():
        return Path(run).read_bytes()
    if client is None:
        raise InvalidInput(f"there is no file {run}", "name the part.json.gz of an earlier run")
    return client.download(f"{PATH}/{quote(run, safe='')}/part")


def _id(given: str | None) -> str:
    import re

    if given is None:
        return new_id(datetime.now(UTC))
    if not (SHORTEST_ID <= len(given) <= LONGEST_ID and re.fullmatch(ID, given)):
        raise InvalidInput(
            f"{given[:80]!r} is no id for a run",
            f"use {SHORTEST_ID} to {LONGEST_ID} lower-case letters, digits and dashes",
        )
    return given


def _require_together(asked: Asked) -> None:
    """Shards know nothing of each other but what they are given."""
    if asked.shard.count == 1:
        return
    if asked.start_at is None:
        raise InvalidInput(
            "shards begin at the same moment, and none is given", "add --start-at, and give all the same --id"
        )
    if asked.given is None:
        raise InvalidInput("shards of one run have one id, and none is given", "give all the same --id")


def _seed(asked: Asked, id: str) -> int:
    """Out of the id, which is new for each run and the same for its shards."""
    if asked.seed is not None:
        return asked.seed
    return int.from_bytes(hashlib.sha256(id.encode()).digest()[:6])


def _opening(plan: ScenarioPlan, target: Target, options: Options) -> str:
    shard = options.shard
    if plan.closed:
        # flows are dealt in turns, so the first shards have one user more where it does not come out even
        own, rate = len(range(shard.index, plan.closed, shard.count)), f"{plan.closed:,} users at once"
        part = f"{own:,}"
    else:
        rate = f"up to {_each_second(plan.top_rate)} requests a second"
        part = f"up to {_each_second(plan.top_rate / shard.count)} a second"
    share = f" (shard {shard.index + 1} of {shard.count}: {part})" if shard.count > 1 else ""
    return (
        f"{plan.facts['title']}: {rate}{share} for {plan.seconds:.0f} s against {target.name} (run {options.id}, "
        f"seed {plan.seed})"
    )


def _each_second(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:,.2g}"


def _preparing(plan: ScenarioPlan, shard: Shard) -> str:
    users = plan.needed(shard)
    how = "signing their tokens" if plan.sign is not None else "without tokens"
    return f"preparing {output.counted(users, 'user')} ({how}) ...".replace(f"{users}", f"{users:,}", 1)


def _prepared(done: int, of: int) -> None:
    if of:
        output.note(f"  {done:,} of {of:,} users are ready")


@contextmanager
def _interruptible(run: Run) -> Iterator[None]:
    """The first Ctrl-C stops sending, the second ends at once."""
    loop = asyncio.get_running_loop()

    def interrupt() -> None:
        if run.stop.is_set():
            run.halt.set()
        else:
            output.note("stopping; answers under way are waited for (Ctrl-C again: at once)")
            run.stop.set()

    numbers = (signal.SIGINT, signal.SIGTERM)
    for number in numbers:
        loop.add_signal_handler(number, interrupt)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


@contextmanager
def _watched() -> Iterator[Watch]:
    if not sys.stderr.isatty():
        yield Lines(output.note).show
        return
    with terminal() as screen:
        yield screen.show


def _say(asked: Asked, ran: Ran, options: Options, client: Client | None) -> None:
    for remark in ran.remarks:
        output.note(remark)
    if asked.as_json:
        output.emit(ran.summary)
        return
    print_verdict(ran.summary)
    output.say()
    output.say(f"report: {ran.report}")
    if client is not None and not ran.remarks:
        output.say(
            f"again:  `meridian load show {options.id}`; `meridian load compare {options.id} EARLIER` says whether it is slower"
        )
