"""The commands of limits, as a person types them, against a real control, and an edge that answers as the check API does."""

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import uvicorn
from click.testing import CliRunner, Result

from meridian.api.app import application
from meridian.api.control import ControlPlane
from meridian.cli.main import program
from meridian.core.errors import MeridianError
from meridian.features import features
from meridian.limits import client
from meridian.limits.client import Answer, Limit
from tests.api.world import ADMIN
from tests.limits.control import Countries
from tests.limits.live import settings
from tests.support.waiting import until


@pytest.fixture(scope="module")
def control(tmp_path_factory: pytest.TempPathFactory, fresh_postgres: str) -> Iterator[ControlPlane]:
    """A control process's insides, served on a port of this file's own."""
    home = tmp_path_factory.mktemp("control") / "home"
    plane = ControlPlane(settings(home, fresh_postgres), features(), Countries())  # type: ignore[arg-type]
    server = uvicorn.Server(uvicorn.Config(application(plane), log_config=None, ws="none"))
    with socket.create_server(("127.0.0.1", 0)) as listening, pytest.MonkeyPatch.context() as patch:
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        patch.setenv("MERIDIAN_CONTROL", f"127.0.0.1:{listening.getsockname()[1]}")
        patch.setenv("MERIDIAN_TOKEN", ADMIN)
        try:
            until(lambda: bool(server.started and not plane.trouble()))
            yield plane
        finally:
            plane.snapshots.close()
            server.should_exit = True
            thread.join(20)
