"""Keeps the features' companion processes running beside Envoy.

Like Envoy, a companion is not the agent's child: when the agent is killed it goes on, and the next agent knows it again by its
pid file, or, where the agent died before it wrote one, by its command line. One that was started with another command line, or
by another version of Meridian, is replaced.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import psutil

from meridian.core.backoff import backoff
from meridian.envoy.agent import register
from meridian.envoy.agent.process import EnvoyProcess, identity, spawn
from meridian.envoy.companion import TROUBLE, Companion
from meridian.envoy.snapshot import Snapshot, canonical, digest

TICK = 0.2
SETTLED = 10.0
"""Seconds after which a start counts as a success, and the next crash is answered at once again."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
_LONGEST_SENTENCE = 300


def pause(failures: int) -> float:
    """Seconds before the next start, after so many short lives in a row."""
    return backoff(failures - 1, FIRST_PAUSE, LONGEST_PAUSE)


@dataclass(slots=True)
class Kept:
    """One companion of one edge. home: the edge's folder, resolved. log: what it prints."""

    companion: Companion
    home: Path
    log: Path
    process: EnvoyProcess | None = None
    sentence: str = ""
    _since: float = 0.0
    _failures: int = 0
    _next: float = 0.0

    async def step(self, wanted: bool, now: float) -> None:
        """Brings it closer to how it should be. now: seconds of a monotonic clock."""
        if not wanted:
            await self.stop()
            return
        if self.process is not None and not self.process.alive():
            self._died(now)
        if self.process is None and now >= self._next:
            self._start(now)
        if self.process is not None and now - self._since > 1:
            self.sentence = self._trouble()

    async def adopt(self) -> None:
        """Takes over what a former agent left running, and stops what is out of date."""
        known = [*register.read(self._pid_file), *self._strays()]
        current = [each for each in known if each.bootstrap == self._digest()]
        for each in known:
            if each not in current[:1] and (not current or each.pid != current[0].pid):
                await each.stop()
        if current:
            self.process, self._since = current[0], time.monotonic()
            register.write(self._pid_file, [current[0]])

    async def stop(self) -> None:
        process, self.process, self.sentence = self.process, None, ""
        if process is not None:
            await process.stop()
            register.write(self._pid_file, [])

    def _start(self, now: float) -> None:
        try:
            pid = spawn(self._argv(), self.home, self.log)
        except OSError as error:
            self._failures += 1
            self._next = now + pause(self._failures)
            self.sentence = f"{self.companion.name} cannot be started: {error.strerror or error}"
            return
        self.process = EnvoyProcess(pid, identity(pid), Path(), bootstrap=self._digest())
        self._since = now
        register.write(self._pid_file, [self.process])

    def _died(self, now: float) -> None:
        process, self.process = self.process, None
        self._failures = 1 if now - self._since > SETTLED else self._failures + 1
        self._next = now + pause(self._failures)
        pid = process.pid if process else 0
        self.sentence = f"{self.companion.name} (pid {pid}) ended unexpectedly and is being started again; {self._last_words()}"

    def _last_words(self) -> str:
        with contextlib.suppress(OSError, IndexError):
            return self.log.read_text(errors="replace").splitlines()[-1].strip()[:_LONGEST_SENTENCE]
        return f"read {self.log}"

    def _trouble(self) -> str:
        try:
            text = (self.home / TROUBLE.format(name=self.companion.name)).read_text(errors="replace")
        except OSError:
            return ""
        return " ".join(text.split())[:_LONGEST_SENTENCE]

    def _strays(self) -> list[EnvoyProcess]:
        argv, found = self._argv(), []
        for process in psutil.process_iter(["cmdline"]):
            if process.info["cmdline"] == argv:
                found.append(
                    EnvoyProcess(process.pid, identity(process.pid), Path(), bootstrap=self._digest())
                )
        named = {each.pid for each in register.read(self._pid_file)}
        return [each for each in found if each.pid not in named]

    def _argv(self) -> list[str]:
        return list(self.companion.argv(self.home))

    def _digest(self) -> str:
        return digest(canonical([self._argv(), version("meridian")]))

    @property
    def _pid_file(self) -> Path:
        return register.companion_file(self.home, self.companion.name)


@dataclass(slots=True)
class Companions:
    """active: the snapshot in force. problem: told what is wrong with each, by what about; an empty sentence: nothing."""

    kept: Sequence[Kept]
    active: Callable[[], Snapshot | None]
    problem: Callable[[str, str], None]
    _wanted: dict[str, tuple[str, bool]] = field(default_factory=dict)

    async def always(self) -> None:
        """Until cancelled."""
        for each in self.kept:
            await each.adopt()
        while True:
            snapshot = self.active()
            for each in self.kept:
                if snapshot is not None:  # before there is one, what runs goes on
                    await each.step(self._wants(each.companion, snapshot), time.monotonic())
                self.problem(f"companion {each.companion.name}", each.sentence)
            await asyncio.sleep(TICK)

    async def stop(self) -> None:
        await asyncio.gather(*(each.stop() for each in self.kept))

    def _wants(self, companion: Companion, snapshot: Snapshot) -> bool:
        """Asked once for each snapshot."""
        known = self._wanted.get(companion.name)
        if known is None or known[0] != snapshot.digest:
            known = self._wanted[companion.name] = (snapshot.digest, companion.wanted(snapshot))
        return known[1]


def keep(
    companions: Sequence[Companion],
    home: Path,
    log: Path,
    active: Callable[[], Snapshot | None],
    problem: Callable[[str, str], None],
) -> Companions:
    """home: the edge's folder. log: the folder for what they print."""
    return Companions([Kept(each, home, log / f"{each.name}.out") for each in companions], active, problem)
