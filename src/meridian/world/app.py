"""The sample app of one location: one process that serves every service, and obeys the faults it is given."""

import argparse
import asyncio
import contextlib
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import uvloop

from meridian.world import hotline
from meridian.world.app_protocol import App, AppProtocol
from meridian.world.telling import Telling


async def serve(
    app: App, host: str, port: int, faults: Path | None, stop: asyncio.Event, telling: Telling | None = None
) -> None:
    """Until `stop` is set. faults: the Unix socket at which faults are given; only there, never through an
    edge. telling: tells control what was served."""
    loop = asyncio.get_running_loop()

    async def obey(question: dict[str, Any]) -> hotline.Answer:
        app.afflict(app.trouble.changed(question))
        return {"location": app.location, **app.trouble.to_json()}

    server = await loop.create_server(lambda: AppProtocol(app, loop), host, port, backlog=4096)
    line = await hotline.serve(faults, obey) if faults else None
    task = asyncio.create_task(telling.run(app), name="telling") if telling else None
    try:
        await stop.wait()
    finally:
        if task:
            task.cancel()
            await asyncio.wait([task])
        server.close()
        if line and faults:
            hotline.hang_up(line, faults)


async def _main(app: App, host: str, port: int, faults: Path | None, telling: Telling | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await serve(app, host, port, faults, stop, telling)


def run(
    location: str,
    region: str,
    listen: str,
    faults: Path | None = None,
    version: str = "1",
    telling: Telling | None = None,
) -> None:
    """Blocks until SIGTERM or SIGINT. listen: host:port."""
    host, _, port = listen.rpartition(":")
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(_main(App(location, region, version), host, int(port), faults, telling))


def main(arguments: Sequence[str] | None = None) -> None:
    """`python -m meridian.world.app`: what the supervisor starts, as it imports the least."""
    parser = argparse.ArgumentParser(prog="meridian world app")
    parser.add_argument("location")
    parser.add_argument("--region", required=True)
    parser.add_argument("--listen", required=True)
    parser.add_argument("--faults", type=Path)
    parser.add_argument("--version", default="1")
    parser.add_argument("--control", default="")
    parser.add_argument("--token-file", type=Path)
    parser.add_argument("--under-way", type=Path)
    given = parser.parse_args(arguments)
    telling = (
        Telling(given.control, given.token_file, given.under_way)
        if given.control and given.token_file
        else None
    )
    run(given.location, given.region, given.listen, given.faults, given.version, telling)


if __name__ == "__main__":
    main()
