"""One Envoy process: started so that it outlives its agent, and recognised again by the next one.

Envoy is a session of its own and writes to files, never to a pipe of the agent's. And it is not the agent's child: this
Envoy asks the kernel for SIGTERM when its parent dies (PR_SET_PDEATHSIG), so it is started by a shell that has ended
before Envoy begins, and belongs to init. An agent that is killed takes nothing down.

A process is identified by its id and the moment it started, in the kernel's own units (clock corrections do not change
them), so an id that was given to somebody else meanwhile is never mistaken for Envoy.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - where Envoy itself puts its hot restart memory on Linux
_DETACHED = 'exec 3<&0; ( read -r _ <&3; exec 3<&-; exec "$@" >&2 ) </dev/null & echo $!'
"""The process waits for a line before it becomes Envoy; the line comes once the shell is gone."""


@dataclass(frozen=True, slots=True)
class EnvoyProcess:
    """started: kernel ticks since boot. epoch, base_id: of hot restart. admin: path of its admin socket.
    bootstrap: digest of what it was started with, without the admin socket."""

    pid: int
    started: str
    admin: Path
    epoch: int = 0
    base_id: int = -1
    bootstrap: str = ""

    def alive(self) -> bool:
        return identity(self.pid) == self.started

    def with_base_id(self, base_id: int) -> "EnvoyProcess":
        return replace(self, base_id=base_id)

    def signal(self, number: signal.Signals) -> None:
        """Nothing happens when it is gone already."""
        if self.alive():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    async def ended(self) -> None:
        """Waits until it is gone."""
        if not self.alive():
            return
        if not hasattr(os, "pidfd_open"):
            while self.alive():  # noqa: ASYNC110 - another process, which sets no event of ours
                await asyncio.sleep(0.05)
            return
        try:
            descriptor = os.pidfd_open(self.pid)
        except OSError:
            return
        loop = asyncio.get_running_loop()
        exited = asyncio.Event()
        loop.add_reader(descriptor, exited.set)
        try:
            if self.alive():
                await exited.wait()
        finally:
            loop.remove_reader(descriptor)
            os.close(descriptor)

    async def stop(self, grace: float = 3.0) -> None:
        """SIGTERM, and SIGKILL when it is still there after `grace` seconds."""
        self.signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(grace):
                await self.ended()
        except TimeoutError:
            self.signal(signal.SIGKILL)
            await self.ended()
        self.forget()

    def forget(self) -> None:
        """Removes the shared memory that Envoy leaves behind."""
        if self.base_id >= 0:
            with contextlib.suppress(OSError):
                (SHARED_MEMORY / f"envoy_shared_memory_{self.base_id * 10}").unlink(missing_ok=True)

    def line(self) -> str:
        """As it stands in the pid file: the process id first."""
        return f"{self.pid} {self.started} {self.epoch} {self.base_id} {self.bootstrap or '-'} {self.admin}"

    @classmethod
    def parse(cls, line: str) -> "EnvoyProcess":
        """Raises ValueError."""
        pid, started, epoch, base_id, bootstrap, admin = line.strip().split(" ", 5)
        return cls(int(pid), started, Path(admin), int(epoch), int(base_id), bootstrap)


def spawn(command: Sequence[str], home: Path, log: Path) -> int:
    """Starts a detached process in `home` whose output goes to the end of `log`; returns its id. Raises
    OSError."""
    try:
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
    except OSError:
        output = os.open(os.devnull, os.O_WRONLY)
    try:
        with subprocess.Popen(
            ["/bin/sh", "-c", _DETACHED, "sh", *command],
            cwd=home,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            start_new_session=True,
        ) as shell:
            assert shell.stdout is not None
            assert shell.stdin is not None
            pid = int(shell.stdout.readline())
            shell.wait()
            shell.stdin.write(b"\n")
    finally:
        os.close(output)
    return pid


def identity(pid: int) -> str:
    """When the process started, in the kernel's units; empty when there is none, or only a dead one not yet
    collected."""
    if sys.platform == "linux":
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return ""
        return "" if fields[0] in "ZX" else fields[19]
    try:
        process = psutil.Process(pid)
        return "" if process.status() == psutil.STATUS_ZOMBIE else repr(process.create_time())
    except psutil.Error:
        return ""


def strays(home: Path) -> list[int]:
    """Envoys whose working directory is `home` or inside it, whoever started them."""
    found = []
    for process in psutil.process_iter(["name"]):
        if not (process.info["name"] or "").startswith("envoy"):
            continue
        try:
            folder = Path(process.cwd())
        except (psutil.Error, OSError):
            continue
        if folder == home or home in folder.parents:
            found.append(process.pid)
    return found
