"""The control process: binds its port, serves the application, and lets waiting edges go when it stops."""

import asyncio
import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
import uvloop
from fastapi import FastAPI

from meridian.api.app import application
from meridian.api.control import ControlPlane
from meridian.api.settings import Settings
from meridian.core.errors import Conflict, InvalidInput
from meridian.features import features
from meridian.geo.lookup import CountryLookup, default_database

GRACE = 3
CONNECTIONS = 2000


class Server(uvicorn.Server):
    """Edges wait up to 25 s for a snapshot; a stop tells them at once that there is none, and ends streams."""

    control: ControlPlane

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Being asked to stop and stopping is success: uvicorn itself would die of the signal in the end."""
        loop = asyncio.get_running_loop()
        signals = (signal.SIGINT, signal.SIGTERM)
        for number in signals:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in signals:
                loop.remove_signal_handler(number)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.control.stop()
        await super().shutdown(sockets)


def serve(settings: Settings, listen: str) -> None:
    """Until SIGINT or SIGTERM. listen: host:port. Raises a MeridianError when the address cannot be taken."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    bound = bind(listen)
    control = ControlPlane(settings, features(), CountryLookup(default_database()))
    server = Server(configured(application(control)))
    server.control = control
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(server.serve([bound]))


def configured(app: FastAPI) -> uvicorn.Config:
    """No access log, as addresses may hold what should not be kept; no proxy headers, as `address` has
    stricter rules; h11, as it bounds what a request's head may hold."""
    return uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=GRACE,
        h11_max_incomplete_event_size=32 * 1024,
    )


def bind(listen: str) -> socket.socket:
    """A listening socket. Raises InvalidInput for what is no address, Conflict for one that is taken."""
    host, _, port = listen.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise InvalidInput(f"{listen!r} is not an address to listen on", "write HOST:PORT, as 127.0.0.1:8080")
    host = host.removeprefix("[").removesuffix("]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, int(port)))
    except (OSError, UnicodeError) as error:
        bound.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise Conflict(
            f"control cannot listen on {listen}: {reason}", "choose another with --listen"
        ) from None
    bound.set_inheritable(False)
    return bound
