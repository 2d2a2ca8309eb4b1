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


async def serve(app: App, host: str, port: int, faults: Path | None, stop: asyncio.Event) -> None:
    """Until `stop` is set. faults: the Unix socket at which faults are given; only there, never through an
    edge."""
    loop = asyncio.get_running_loop()

    async def obey(question: dict[str, Any]) -> hotline.Answer:
        app.afflict(app.trouble.changed(question))
        return {"location": app.location, **app.trouble.to_json()}

    server = await loop.create_server(lambda: AppProtocol(app, loop), host, port, backlog=4096)
    line = await hotline.serve(faults, obey) if faults else None
    try:
        await stop.wait()
    finally:
        server.close()
        if line and faults:
            hotline.hang_up(line, faults)


async def _main(app: App, host: str, port: int, faults: Path | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await serve(app, host, port, faults, stop)


def run(location: str, region: str, listen: str, faults: Path | None = None, version: str = "1") -> None:
    """Blocks until SIGTERM or SIGINT. listen: host:port."""
    host, _, port = listen.rpartition(":")
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(_main(App(location, region, version), host, int(port), faults))


def main(arguments: Sequence[str] | None = None) -> None:
    """`python -m meridian.world.app`: what the supervisor starts, as it imports the least."""
    parser = argparse.ArgumentParser(prog="meridian world app")
    parser.add_argument("location")
    parser.add_argument("--region", required=True)
    parser.add_argument("--listen", required=True)
    parser.add_argument("--faults", type=Path)
    parser.add_argument("--version", default="1")
    given = parser.parse_args(arguments)
    run(given.location, given.region, given.listen, given.faults, given.version)


if __name__ == "__main__":
    main()
