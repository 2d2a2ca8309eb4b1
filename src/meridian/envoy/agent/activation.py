"""Brings an Envoy from the files it runs on to others, and believes it only when Envoy's own statistics say
so."""

import asyncio
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from meridian.envoy.agent.admin import SILENT, Admin
from meridian.envoy.agent.files import XdsFiles
from meridian.envoy.agent.stages import stages
from meridian.envoy.agent.subscription import CLUSTERS, LISTENERS, VERSION, Subscription, Subscriptions

DEADLINE = 3.0
"""Seconds that Envoy has to accept one stage."""
_REASON = re.compile(r"(?:update rejected|update failure|config rejected): (.+?)(?=\n\[\d{4}-|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Refusal:
    """resource: the file that Envoy refused, or empty. reason: Envoy's, or what happened instead, in one
    line. final: the same snapshot would be refused again; otherwise it is worth another try later."""

    resource: str
    reason: str
    final: bool = False


@dataclass(slots=True)
class Activation:
    """files: what Envoy watches. admin: of the Envoy that is to take them. log: its stderr, where it gives
    its reasons."""

    files: XdsFiles
    admin: Callable[[], Admin]
    log: Path
    subscriptions: Subscriptions = field(default_factory=Subscriptions)
    deadline: float = DEADLINE

    async def activate(self, target: Mapping[str, bytes]) -> Refusal | None:
        """None once all of `target` is in force. After a refusal the files are partly changed: activate
        what was there before to roll back. Raises OSError when files cannot be written."""
        for stage in stages(self.files.current, target):
            start = _size(self.log)
            refused = await self._refused()
            self.files.write(stage.writes)
            self.files.remove(stage.removes)
            refusal = await self._confirm(self.subscriptions.of(stage.writes), refused, start)
            if refusal:
                return refusal
        return None

    async def confirm(self, target: Mapping[str, bytes]) -> Refusal | None:
        """Whether Envoy runs on `target` or comes to within the deadline: for one that has just started on
        it."""
        return await self._confirm(self.subscriptions.of(target), {}, max(0, _size(self.log) - 100_000))

    def instances(self, files: Mapping[str, bytes]) -> int:
        """How many inotify instances an Envoy on these files makes."""
        return self.subscriptions.instances(files)

    async def missing(self, target: Mapping[str, bytes]) -> list[str]:
        """Files of `target` that are not in force now. Raises one of SILENT."""
        versions = await self.admin().versions()
        return [each.file for each in self.subscriptions.of(target) if not _in_force(each, versions)]

    async def _confirm(
        self, wanted: list[Subscription], refused_before: Mapping[str, int], log_start: int
    ) -> Refusal | None:
        if not wanted:
            return None
        end = time.monotonic() + self.deadline
        pause = 0.002
        waiting = wanted
        warms = any(each.file in (CLUSTERS, LISTENERS) for each in wanted)
        while time.monotonic() < end:
            try:
                versions = await self.admin().versions()
                waiting = [each for each in waiting if not _in_force(each, versions)]
                if not waiting and (not warms or await self.admin().warming() == 0):
                    return None
                refused = _grown(refused_before, await self.admin().refused())
            except SILENT:
                refused = []
            for each in waiting:
                if any(each.owns(stat) for stat in refused):
                    return Refusal(each.file, self._reason(log_start))
            await asyncio.sleep(pause)
            pause = min(pause * 2, 0.05)
        return self._late(waiting, log_start)

    def _late(self, waiting: list[Subscription], log_start: int) -> Refusal | None:
        if not waiting:
            # Accepted, but an upstream does not answer its first health check: in force, as far as Envoy is
            # concerned.
            return None
        names = ", ".join(each.file for each in waiting[:3])
        reason = self._reason(log_start, f"Envoy did not take up {names} within {self.deadline:g} s")
        return Refusal(waiting[0].file, reason)

    async def _refused(self) -> Mapping[str, int]:
        try:
            return await self.admin().refused()
        except SILENT:
            return {}

    def _reason(self, start: int, otherwise: str = "Envoy refused it without giving a reason") -> str:
        return reason_in(_tail(self.log, start)) or otherwise


def reason_in(log: str) -> str:
    """Envoy's last reason for a refusal in this part of its log, in one line; empty where there is none."""
    found = _REASON.findall(log)
    return " ".join(found[-1].split())[-400:] if found else ""


def _in_force(each: Subscription, versions: Mapping[str, str]) -> bool:
    return any(
        version == each.version
        for stat, version in versions.items()
        if stat.endswith(VERSION) and each.owns(stat)
    )


def _grown(before: Mapping[str, int], now: Mapping[str, int]) -> Iterable[str]:
    return [stat for stat, count in now.items() if count > before.get(stat, 0)]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _tail(path: Path, start: int) -> str:
    """From `start`, or from the beginning when the file was cut meanwhile."""
    try:
        with path.open("rb") as file:
            file.seek(start if start <= _size(path) else 0)
            return file.read(1_000_000).decode(errors="replace")
    except OSError:
        return ""
