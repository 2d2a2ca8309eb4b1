"""A control process's insides with channels to receivers on this machine, served on a port of its own."""

import dataclasses
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import uvicorn

from meridian.api.app import application
from meridian.api.control import ControlPlane
from meridian.features import features
from tests.api.keys import AUDIENCE, ISSUER
from tests.api.world import prepare
from tests.limits.control import Countries
from tests.support.configs import local_inventory, small, small_text
from tests.support.waiting import until


@contextmanager
def serving(home: Path, url: str, channels: dict[str, Any]) -> Iterator[str]:
    """Its address, host:port."""
    home.mkdir(parents=True, exist_ok=True)
    identity = {"issuer": ISSUER, "audience": AUDIENCE, "jwks": {"file": "jwks.json"}}
    (home / "meridian.yaml").write_text(small_text(identity=identity, alerts={"channels": channels}))
    (home / "inventory.json").write_text(local_inventory(small()).dump())
    settings = dataclasses.replace(prepare(home), database_url=url)
    plane = ControlPlane(settings, features(), Countries())  # type: ignore[arg-type]
    server = uvicorn.Server(uvicorn.Config(application(plane), log_config=None, ws="none"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            until(lambda: bool(server.started and not plane.trouble()))
            yield f"127.0.0.1:{listening.getsockname()[1]}"
        finally:
            plane.snapshots.close()
            server.should_exit = True
            thread.join(20)
