"""Asks a fresh Envoy process whether it would take a snapshot: `envoy --mode validate`.

About 120 ms of CPU before it reads anything, and 1 ms a cluster; it sees the whole snapshot at once. Used
where no rehearsal is running (see `rehearsal.py`), which answers faster.
"""

import asyncio
import contextlib
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from meridian.envoy.agent.activation import Refusal
from meridian.envoy.snapshot import Json, Snapshot, canonical

WITHIN = 30.0


@dataclass(frozen=True, slots=True)
class Validation:
    """inlined: a snapshot as one static bootstrap. home: working directory, which the snapshot's paths are
    relative to."""

    binary: Path
    home: Path
    inlined: Callable[[Snapshot], Json]

    async def check(self, snapshot: Snapshot) -> Refusal | None:
        """Raises OSError when the process cannot be run (disk full, no memory)."""
        try:
            whole = canonical(self.inlined(snapshot))
        except (KeyError, ValueError, TypeError, AttributeError, IndexError) as error:
            return Refusal("", f"the snapshot does not hang together: {error!r}", final=True)
        descriptor, name = tempfile.mkstemp(suffix=".json", dir=self.home, prefix=".validate-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(whole)
            return await self._run(name)
        finally:
            os.unlink(name)  # noqa: PTH108 - mkstemp's own kind of name

    async def _run(self, config: str) -> Refusal | None:
        process = await asyncio.create_subprocess_exec(
            str(self.binary),
            *("--mode", "validate", "--config-path", config),
            *("--concurrency", "1", "--disable-hot-restart", "--log-level", "error"),
            cwd=self.home,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(WITHIN):
                _, output = await process.communicate()
        except TimeoutError:
            return Refusal("", f"envoy --mode validate did not end within {WITHIN:g} s")
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if process.returncode == 0:
            return None
        return Refusal("", _reason(output.decode(errors="replace"), process.returncode or 0), final=True)


def _reason(output: str, status: int) -> str:
    """Envoy's last sentence that is not a blank or a log prefix."""
    marked = [
        line for line in output.splitlines() if "error initializing" in line or "exception" in line.lower()
    ]
    lines = marked or [line for line in output.splitlines() if line.strip()]
    return (
        lines[-1].rpartition("] ")[2].strip()[-400:]
        if lines
        else f"envoy --mode validate ended with status {status}"
    )
