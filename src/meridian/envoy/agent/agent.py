"""One edge's agent: the parts put together, and what happens when.

A snapshot comes in -> the rehearsal (or a fresh Envoy) is asked -> files are moved into place in a safe
order -> Envoy's statistics confirm it -> it becomes the last good one. Whatever goes wrong on the way, the
last good one goes on.
"""

import asyncio
import fcntl
import logging
import os
import shutil
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path

from meridian.core.clock import Clock
from meridian.core.errors import Conflict, Unavailable
from meridian.envoy.agent.activation import Activation, Refusal
from meridian.envoy.agent.admin import SILENT
from meridian.envoy.agent.files import XdsFiles
from meridian.envoy.agent.folder import EdgeFolder
from meridian.envoy.agent.health import HealthBook
from meridian.envoy.agent.inotify import TODO, instances, room
from meridian.envoy.agent.link import Link
from meridian.envoy.agent.outbox import Outbox
from meridian.envoy.agent.overlays import LAID_OVER, Overlays
from meridian.envoy.agent.rehearsal import Rehearsal
from meridian.envoy.agent.rotation import Rotation
from meridian.envoy.agent.settings import FILE, AgentSettings, settings_of
from meridian.envoy.agent.storage import SnapshotStore
from meridian.envoy.agent.supervisor import Supervisor
from meridian.envoy.agent.validation import Validation
from meridian.envoy.report import EdgeReport, HostHealth, Rejection
from meridian.envoy.snapshot import Snapshot

log = logging.getLogger(__name__)
TICK = 1.0
REPORT_EVERY = 2.0
REASSERT_EVERY = 2.0
"""Seconds between looks at whether Envoy still runs on what it should."""
FIRST_RETRY = 5.0
LONGEST_RETRY = 300.0


@dataclass(slots=True)
class Parts:
    """What an agent is made of. rehearsal: None where memory is too dear for a second Envoy."""

    folder: EdgeFolder
    region: str
    instance: str
    clock: Clock
    link: Link
    store: SnapshotStore
    files: XdsFiles
    validation: Validation
    rehearsal: Rehearsal | None
    overlays: Overlays
    outbox: Outbox
    rotation: Rotation
    country_database: Path | None = None


@dataclass(slots=True)
class Agent:
    """settings: of the active snapshot. supervisor, activation: set by `build`, as they look back at this."""

    parts: Parts
    supervisor: Supervisor = field(init=False)
    activation: Activation = field(init=False)
    settings: AgentSettings = field(default_factory=AgentSettings)
    active: Snapshot | None = None
    rejection: Rejection | None = None
    health: tuple[HostHealth, ...] = ()
    requests: int = 0
    started: str = ""
    _problems: dict[str, str] = field(default_factory=dict)
    _changing: asyncio.Lock = field(default_factory=asyncio.Lock)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _leaving: asyncio.Event = field(default_factory=asyncio.Event)
    _book: HealthBook = field(default_factory=HealthBook)
    _retry_pause: float = FIRST_RETRY
    _retry: tuple[float, Snapshot] | None = None
    """When to try a refused snapshot again."""
    _checked: float = 0.0
    _refused_overlays: dict[str, bytes] = field(default_factory=dict)

    def leave(self) -> None:
        """Asks `run` to drain, stop Envoy and return."""
        self._leaving.set()

    def news(self) -> None:
        """Something in the report has changed: send it now."""
        self._news.set()

    async def run(self) -> None:
        """Until `leave`, SIGTERM or SIGINT; SIGHUP replaces Envoy by hot restart. Raises Conflict when this
        edge has an agent already."""
        lock = _locked(self.parts.folder.lock)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.leave)
        loop.add_signal_handler(signal.SIGHUP, lambda: restarts.add(loop.create_task(self.hot_restart())))
        restarts: set[asyncio.Task[None]] = set()
        try:
            await self._work()
        finally:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                loop.remove_signal_handler(number)
            await asyncio.gather(*restarts, return_exceptions=True)
            os.close(lock)

    async def hot_restart(self) -> None:
        async with self._changing:
            try:
                await self.supervisor.hot_restart()
                self._problem("restart", "")
            except (Unavailable, OSError) as error:
                self._problem("restart", f"Envoy could not be restarted: {error}")

    async def offer(self, snapshot: Snapshot) -> None:
        """Activates a snapshot, or refuses it and says why; the last good one goes on then."""
        async with self._changing:
            if self.active is not None and snapshot.digest == self.active.digest:
                self._renumber(snapshot)
                return
            self._retry = None
            refusal = await self._try(snapshot)
            if refusal is None:
                self._accepted(snapshot)
            else:
                self._refuse(snapshot, refusal)
        if refusal is None:
            await self._follow_up(snapshot)

    def report(self) -> EdgeReport:
        current = self.supervisor.current
        return EdgeReport(
            region=self.parts.region,
            instance=self.parts.instance,
            digest=self.active.digest if self.active else "",
            config_version=self.active.config_version if self.active else 0,
            envoy=self.supervisor.state,
            pid=current.pid if current else 0,
            started=self.started,
            requests=self.requests,
            rejection=self.rejection,
            health=self.health,
            decisions=self.parts.outbox.batch(),
            sentence=self.sentence(),
        )

    def sentence(self) -> str:
        """What is wrong, for a person, or empty."""
        dropped = self.parts.outbox.dropped
        parts = [
            self.supervisor.problem,
            *self._problems.values(),
            self.parts.link.problem,
            f"{dropped} decisions were given up while control was away" if dropped else "",
        ]
        return "; ".join(part for part in parts if part)

    # ---- starting and stopping

    async def _work(self) -> None:
        tasks: list[asyncio.Future[object]] = []
        try:
            await self._begin()
            always = (
                self.supervisor.run(),
                self.parts.link.receive(self.offer),
                self._report_always(),
                self._tick_always(),
                self._leaving.wait(),
            )
            tasks = [asyncio.ensure_future(each) for each in always]
            if self.active is not None and self.parts.rehearsal is not None:
                await self.parts.rehearsal.start(self.active.resources)
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await self._wind_up(tasks)

    async def _begin(self) -> None:
        self.started = self.parts.clock.now().isoformat()
        self._place_country_database()
        found = self.parts.store.find(self.parts.region)
        self._problem("disk", found.sentence)
        if found.snapshot is not None:
            await self._resume(found.snapshot)
        else:
            await self._without_snapshot()

    async def _wind_up(self, tasks: list[asyncio.Future[object]]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self.parts.rehearsal is not None:
            await self.parts.rehearsal.stop()
        if self._leaving.is_set():
            await self.supervisor.stop(self.settings.drain)
            await self._send()
        else:
            await self.supervisor.release()
        await self.parts.link.close()

    async def _resume(self, snapshot: Snapshot) -> None:
        """From disk: on the Envoy that a former agent left, or on a new one. Control is not needed."""
        self.active = snapshot
        self._settle(snapshot)
        self.parts.link.know(snapshot.digest)
        laid = self.parts.overlays.over(snapshot)
        adopted = await self.supervisor.adopt()
        try:
            if adopted:
                refusal = await self.activation.activate(laid)
                if self.supervisor.outdated():
                    await self.supervisor.hot_restart()
            else:
                self.parts.files.become(laid)
                await self.supervisor.start()
                refusal = await self.activation.confirm(laid)
        except (OSError, Unavailable) as error:
            self._problem("start", f"the last good snapshot could not be started: {error}")
            return
        if refusal:
            self._problem("start", f"{refusal.resource} of the last good snapshot: {refusal.reason}")

    async def _without_snapshot(self) -> None:
        """Nothing to serve. An Envoy that runs all the same knows more than the disk: leave it until
        control answers."""
        if not await self.supervisor.adopt():
            self._problem("start", "this edge has no snapshot yet and waits for control")

    def _place_country_database(self) -> None:
        """A hard link where possible: every edge of a machine shares one copy, on disk and in memory."""
        source, target = self.parts.country_database, self.parts.folder.country_database
        if source is None or (target.exists() and _same(source, target)):
            return
        beside = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            beside.unlink(missing_ok=True)
            try:
                beside.hardlink_to(source)
            except OSError:
                shutil.copy2(source, beside)
            beside.replace(target)
        except OSError as error:
            self._problem(
                "geo", f"the country database could not be placed at {target}: {error.strerror or error}"
            )

    # ---- one snapshot

    async def _try(self, snapshot: Snapshot) -> Refusal | None:
        before = dict(self.parts.files.current)
        try:
            settings_of(snapshot)
        except ValueError as error:
            return Refusal(FILE, str(error), final=True)
        laid = self._laid(snapshot)
        try:
            if not room(instances(laid) - instances(before)):
                return Refusal("", f"the kernel gives Envoy too few inotify instances; {TODO}")
            if not self._only_endpoints(snapshot):
                refusal = await self._prove(snapshot)
                if refusal:
                    return refusal
            if self.supervisor.current is None:
                return await self._first(snapshot, laid)
            refusal = await self.activation.activate(laid)
            if refusal is None:
                self.parts.store.keep(snapshot)
        except OSError as error:
            refusal = Refusal("", f"it could not be written: {error.strerror or error}")
        except (ValueError, KeyError, TypeError) as error:
            refusal = Refusal("", f"a file of it cannot be read: {error!r}", final=True)
        if refusal:
            await self._roll_back(before)
        return refusal

    async def _prove(self, snapshot: Snapshot) -> Refusal | None:
        if self.parts.rehearsal is not None and self.parts.rehearsal.ready:
            try:
                return await self.parts.rehearsal.check(snapshot.resources)
            except OSError as error:
                log.info("the rehearsal has no answer (%s); asking a fresh Envoy", error)
        return await self.parts.validation.check(snapshot)

    async def _first(self, snapshot: Snapshot, laid: Mapping[str, bytes]) -> Refusal | None:
        """Envoy is not running: nothing was serving, so nothing can be cut."""
        self.parts.files.become(laid)
        self._settle(snapshot)
        try:
            await self.supervisor.start()
        except Unavailable as error:
            return Refusal("", str(error))
        refusal = await self.activation.confirm(laid)
        if refusal:
            await self.supervisor.clear()
            return refusal
        self.parts.store.keep(snapshot)
        return None

    async def _roll_back(self, before: Mapping[str, bytes]) -> None:
        if self.active is None:
            return
        try:
            refusal = await self.activation.activate(before)
        except (OSError, ValueError, KeyError, TypeError) as error:
            self._problem("rollback", f"the last good files could not be put back: {error}")
            return
        self._problem(
            "rollback", f"Envoy did not take the last good files back: {refusal.reason}" if refusal else ""
        )

    def _accepted(self, snapshot: Snapshot) -> None:
        self.active, self.rejection = snapshot, None
        self._settle(snapshot)
        self._retry_pause = FIRST_RETRY
        self._refused_overlays = {}
        self._problems.clear()
        self.parts.overlays.keep(snapshot, self.parts.files.current)
        log.info("snapshot %s (configuration %d) is in force", snapshot.digest, snapshot.config_version)
        self.news()

    def _refuse(self, snapshot: Snapshot, refusal: Refusal) -> None:
        at = self.parts.clock.now().astimezone(UTC).isoformat()
        self.rejection = Rejection(
            digest=snapshot.digest,
            config_version=snapshot.config_version,
            resource=refusal.resource,
            reason=refusal.reason,
            at=at,
        )
        where = f" ({refusal.resource})" if refusal.resource else ""
        goes_on = f"; {self.active.digest} goes on" if self.active else ""
        self._problem("snapshot", f"snapshot {snapshot.digest} was refused{where}: {refusal.reason}{goes_on}")
        if not refusal.final:
            self._retry = (time.monotonic() + self._retry_pause, snapshot)
            self._retry_pause = min(LONGEST_RETRY, self._retry_pause * 2)
        try:
            self.parts.store.set_aside(snapshot)
        except OSError as error:
            log.warning("the refused snapshot could not be kept: %s", error)
        self.news()

    async def _follow_up(self, snapshot: Snapshot) -> None:
        """What need not be done before the snapshot is in force."""
        if self.parts.rehearsal is not None and not self.parts.rehearsal.ready:
            await self.parts.rehearsal.start(snapshot.resources)
        if self.supervisor.outdated():
            await self.hot_restart()

    def _renumber(self, snapshot: Snapshot) -> None:
        """The same content under another configuration's number."""
        self.active = snapshot
        try:
            self.parts.store.keep(snapshot)
        except OSError as error:
            self._problem("disk", f"the snapshot's new number could not be stored: {error.strerror or error}")
        self.news()

    def _laid(self, snapshot: Snapshot) -> dict[str, bytes]:
        """With what the loops say about this very snapshot, so that it never shows without it."""
        now, monotonic = self.parts.clock.now(), self.parts.clock.monotonic()
        self.parts.outbox.add(self.parts.overlays.step(snapshot, self.health, now, monotonic))
        return self.parts.overlays.over(snapshot)

    def _only_endpoints(self, snapshot: Snapshot) -> bool:
        """Weights, drains and addresses come from our own typed builders, and Envoy keeps the old ones when
        it refuses a file: these go without a rehearsal."""
        if self.active is None or self.active.resources.keys() != snapshot.resources.keys():
            return False
        return all(name.startswith(LAID_OVER) for name in snapshot.changed(self.active))

    def _settle(self, snapshot: Snapshot) -> None:
        try:
            self.settings = settings_of(snapshot)
        except ValueError as error:
            self._problem("settings", f"{FILE}: {error}")

    # ---- always

    async def _tick_always(self) -> None:
        while True:
            try:
                await self._tick()
            except SILENT as error:
                log.debug("Envoy's admin is silent: %r", error)
            await asyncio.sleep(TICK)

    async def _tick(self) -> None:
        await self._rotate()
        if self._retry is not None and time.monotonic() >= self._retry[0]:
            await self.offer(self._retry[1])
        if self.supervisor.current is None:
            return
        admin = self.supervisor.admin()
        health = self._book.read(await admin.clusters(), self.parts.clock.now())
        if [(each.address, each.healthy) for each in health] != [(e.address, e.healthy) for e in self.health]:
            self.news()
        self.health = health
        self.requests, _ = await admin.requests()
        if self.active is not None and not self._changing.locked():
            async with self._changing:
                await self._lay_over(self.active)
                await self._reassert()

    async def _lay_over(self, snapshot: Snapshot) -> None:
        waiting = len(self.parts.outbox)
        laid = {
            name: snapshot.resources[name] if self._refused_overlays.get(name) == content else content
            for name, content in self._laid(snapshot).items()
        }
        if len(self.parts.outbox) > waiting:
            self.news()
        if laid == self.parts.files.current:
            return
        try:
            refusal = await self.activation.activate(laid)
        except (OSError, ValueError, KeyError, TypeError) as error:
            self._problem("overlay", f"endpoints could not be changed: {error}")
            return
        if refusal:
            self._refused_overlays[refusal.resource] = laid.get(refusal.resource, b"")
            self._problem("overlay", f"{refusal.resource} was refused: {refusal.reason}")
        else:
            self.parts.overlays.keep(snapshot, laid)
            self._problem("overlay", "")

    async def _reassert(self) -> None:
        """Gives Envoy again what it does not run on, e.g. a listener whose port was taken when it started."""
        if time.monotonic() - self._checked < REASSERT_EVERY:
            return
        self._checked = time.monotonic()
        current = self.parts.files.current
        missing = await self.activation.missing(current)
        if not missing:
            self._problem("start", "")
            return
        try:
            self.parts.files.write({name: current[name] for name in missing})
        except OSError as error:
            self._problem("start", f"{missing[0]} could not be written again: {error.strerror or error}")
            return
        refusal = await self.activation.confirm({name: current[name] for name in missing})
        self._problem("start", f"{refusal.resource} is not in force: {refusal.reason}" if refusal else "")

    async def _rotate(self) -> None:
        if self.parts.rehearsal is not None:
            self.parts.rehearsal.trim()
        try:
            if not self.parts.rotation.turn(
                self.settings.access_log.max_bytes, self.settings.access_log.keep
            ):
                return
            await self.supervisor.admin().reopen_logs()
            self.parts.rotation.reopened()
        except OSError as error:
            log.warning("the access log could not be rotated: %s", error)

    async def _report_always(self) -> None:
        while True:
            self._news.clear()
            await self._send()
            try:
                # Not wait_for: in Python 3.11 it loses a cancellation that comes together with the event.
                async with asyncio.timeout(REPORT_EVERY):
                    await self._news.wait()
            except TimeoutError:
                continue

    async def _send(self) -> None:
        try:
            acknowledged = await self.parts.link.report(self.report())
        except (OSError, ValueError) as error:
            log.debug("the report did not get through: %s", error)
            return
        self.parts.outbox.acknowledge(acknowledged)

    def _problem(self, about: str, sentence: str) -> None:
        if self._problems.get(about, "") == sentence:
            return
        if sentence:
            self._problems[about] = sentence
            log.warning("%s", sentence)
        else:
            self._problems.pop(about, None)
        self.news()


def _locked(path: Path) -> int:
    """Held for as long as this process lives, however it ends."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise Conflict(f"the edge at {path.parent} has an agent already", "stop that one first") from error
    return descriptor


def _same(one: Path, other: Path) -> bool:
    left, right = one.stat(), other.stat()
    return left.st_ino == right.st_ino or (left.st_size, left.st_mtime_ns) == (
        right.st_size,
        right.st_mtime_ns,
    )
