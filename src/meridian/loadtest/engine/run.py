"""One machine's part of a run: starts the processes that send, adds up what they report each second, ends them."""

import asyncio
from collections.abc import Callable, Mapping

from meridian.loadtest.engine.coordinator import Coordinator
from meridian.loadtest.engine.progress import Progress
from meridian.loadtest.plan import Plan, Shard
from meridian.loadtest.record import Record


async def run(
    plan: Plan,
    *,
    on_second: Callable[[Progress], None],
    shard: Shard = Shard(),  # noqa: B008 - frozen
    processes: int = 1,
    start_at: float | None = None,
    stop: asyncio.Event | None = None,
    halt: asyncio.Event | None = None,
    sample: Mapping[str, int] | None = None,
    on_preparing: Callable[[int, int], None] | None = None,
) -> Record:
    """The record of this shard, complete.

    start_at: seconds since 1970, the same on all machines; None: as soon as every process is ready. stop: once set, nothing
    new begins (also no further step of a flow), and answers are waited for up to the plan's timeout. halt: once set, nothing
    is waited for. on_second: called at the start, then each second, then at the end; what it raises ends the run and is raised
    here. sample: name -> pid of processes whose CPU and memory are noted each second; those that send are noted as "load
    generator 1" and so on. on_preparing: called each second before the start with how many users of how many are ready.

    A process that dies makes every later second a troubled one, and the run goes on with the others. Raises Unavailable when a
    process cannot be started or the scenario fails in it before anything is sent, InvalidInput when the plan cannot be handed
    over.
    """
    coordinator = Coordinator(plan, on_second, dict(sample or {}), on_preparing or (lambda done, of: None))
    parts = [shard.within(index, processes) for index in range(processes)]
    return await coordinator.run(parts, start_at, stop or asyncio.Event(), halt or asyncio.Event())
