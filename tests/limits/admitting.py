"""Admission processes beside the edges of a shop, for tests."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.limits.edge import Shop
from tests.support.envoys import until


@dataclass
class Beside:
    """The admission process of the edge in `home`."""

    home: Path
    environment: Mapping[str, str]
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        command = [sys.executable, "-m", "meridian.limits.admission", "--home", str(self.home)]
        self.process = subprocess.Popen(command, cwd=self.home, env={**os.environ, **self.environment})
        until((self.home / "admission.sock").exists, what="admission")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
            self.process = None


@contextmanager
def admitting(shop: Shop, **environment: str) -> Iterator[dict[str, Beside]]:
    """Region -> the process beside its edge."""
    with ExitStack() as stack:
        found = {region: Beside(edge.home, environment) for region, edge in shop.running.edges.items()}
        for each in found.values():
            stack.callback(each.stop)
            each.start()
        yield found
