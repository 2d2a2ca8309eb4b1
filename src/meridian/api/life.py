"""A control process's life: from disk, to PostgreSQL, to following whatever changes.

It never waits for PostgreSQL before it answers: edges get their last snapshots, and /readyz says what is
missing.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from meridian.api.active import Active, kept
from meridian.api.applying import Applying
from meridian.api.control import ControlPlane, sentence_of
from meridian.config.inventory import Inventory
from meridian.core.errors import MeridianError
from meridian.core.ids import new_id
from meridian.core.runner import Runner
from meridian.store.migrations import OWN, migrate

log = logging.getLogger(__name__)

CHANNEL = "meridian_control"
RETRY = 0.5
LOOK = 1.0
ROTATION = 30.0
HEALTH = 2.0
AGAIN = 2.0
POSTGRESQL = "postgresql"
FILES = "files"

Signature = tuple[int, int, int]
"""Of a file: when it was last changed (nanoseconds), inode, size."""


async def run(control: ControlPlane, applying: Applying) -> None:
    """Until cancelled."""
    restore(control)
    async with asyncio.TaskGroup() as group:
        group.create_task(_repeat(HEALTH, partial(check_database, control)))
        await start(control, applying)
        instance = new_id(control.clock.now())
        control.announce = partial(_announce, control, instance)
        following = partial(control.database.listen, CHANNEL, partial(follow, control, applying, instance))
        group.create_task(_repeat(RETRY, following))
        group.create_task(_repeat(LOOK, FileWatch(control).look))
        group.create_task(_repeat(ROTATION, partial(rotate, control)))
        group.create_task(_repeat(RETRY, control.lease.run))
        runner = Runner(control.controllers, control.journal, control.clock, control.config, control.leading)
        group.create_task(_repeat(RETRY, runner.run))
        for feature in control.features:
            for work in feature.background(control):
                group.create_task(_repeat(RETRY, work.run, work.name))


def restore(control: ControlPlane) -> None:
    """What is known from disk: the last configuration, public keys and snapshots."""
    found = kept(control.settings.folder)
    if found is not None:
        version, digest, text = found
        try:
            control.assume(Active(version, digest, text, control.read(text).config))
        except Exception as error:  # noqa: BLE001 - a cache that cannot be used must not stop a start
            log.warning("the configuration kept in %s cannot be used: %s", control.settings.folder, error)
    control.signing.restore()
    control.snapshots.restore()


async def start(control: ControlPlane, applying: Applying) -> None:
    """Tries until PostgreSQL answers and a configuration is compiled; `readiness.starting` says what is
    missing."""
    while True:
        try:
            await _started(control, applying)
        except Exception as error:  # noqa: BLE001 - whatever is missing, control goes on answering and trying
            sentence = sentence_of(error)
            if control.readiness.starting != sentence:
                log.warning("not ready: %s", sentence)
            control.readiness.starting = sentence
            await asyncio.sleep(RETRY)
        else:
            control.readiness.starting = ""
            log.info("ready with version %d of the configuration", control.version())
            return


async def _started(control: ControlPlane, applying: Applying) -> None:
    control.locate(_inventory(control.settings.inventory))
    await migrate(
        control.database, {**OWN, **{f.name: f.migrations for f in control.features if f.migrations}}
    )
    await control.keys.load()
    control.signing.refresh()
    stored = await control.configs.active()
    if stored is None:
        await applying.first()
    else:
        control.activate(applying.active_of(stored))
        await applying.reconcile()
        await asyncio.to_thread(applying.compare_with_file)
    if not control.controllers:
        control.controllers = [c for feature in control.features for c in feature.controllers(control)]
    await control.compiling.again()


async def follow(control: ControlPlane, applying: Applying, instance: str, payload: str) -> None:
    """Another replica changed something, or the connection is new and something may have been missed."""
    if payload.startswith(instance):
        return
    await control.keys.load()
    control.signing.refresh()
    await applying.refresh()
    await control.compiling.again()


async def rotate(control: ControlPlane) -> None:
    """Replaces the signing key when it is due, if this process leads."""
    if not control.leading():
        return
    identity = control.config().identity
    await control.keys.rotate_if_due(identity.key_rotation, identity.home_token)
    if control.signing.refresh():
        await control.recompile()


async def check_database(control: ControlPlane) -> None:
    if await control.database.healthy():
        control.readiness.fine(POSTGRESQL)
        return
    sentence = f"PostgreSQL does not answer at {control.database.where}; edges go on, changes have to wait"
    if control.readiness.trouble(POSTGRESQL, sentence):
        log.warning("%s", sentence)


class FileWatch:
    """Looks whether the inventory or the app's keys changed. Polling: it also sees files on network and bind
    mounts. Something that cannot be read leaves what was known before in force."""

    def __init__(self, control: ControlPlane) -> None:
        self._control = control
        self._seen: Signature | None = None
        self._tried = 0.0

    async def look(self) -> None:
        control = self._control
        try:
            changed = await self._inventory_changed() | await self._keys_changed()
        except MeridianError as error:
            if control.readiness.trouble(FILES, sentence_of(error)):
                log.warning("%s", error)
            return
        control.readiness.fine(FILES)
        if changed or self._overdue():
            await control.compiling.again()

    def _overdue(self) -> bool:
        """Whether a compilation that failed should be tried again now, though nothing is known to be new."""
        compiling, now = self._control.compiling, self._control.clock.monotonic()
        if not (compiling.trouble or compiling.troubles) or now - self._tried < AGAIN:
            return False
        self._tried = now
        return True

    async def _inventory_changed(self) -> bool:
        path = self._control.settings.inventory
        signature = _signature(path)
        if signature == self._seen:
            return False
        changed = self._control.locate(await asyncio.to_thread(_inventory, path))
        self._seen = signature
        return changed

    async def _keys_changed(self) -> bool:
        before = self._control.app_jwks
        return await self._control.app_keys.of(self._control.config().identity) != before


def _inventory(path: Path | None) -> Inventory | None:
    """Raises MeridianError when the file is there but cannot be read as one."""
    if path is None or not path.exists():
        return None
    try:
        return Inventory.load(path)
    except (OSError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise MeridianError(f"the inventory {path} cannot be read: {error}", "write it anew") from None


def _signature(path: Path | None) -> Signature | None:
    try:
        found = path.stat() if path else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_ino, found.st_size) if found else None


async def _announce(control: ControlPlane, instance: str, what: str) -> None:
    try:
        await control.database.notify(CHANNEL, f"{instance} {what}")
    except MeridianError as error:
        log.info("other replicas learn of this when PostgreSQL answers: %s", error)


async def _repeat(interval: float, step: Callable[[], Awaitable[None]], name: str = "") -> None:
    name = name or getattr(step, "__name__", "") or getattr(getattr(step, "func", None), "__name__", "step")
    last = ""
    while True:
        try:
            await step()
            last = ""
        except Exception as error:  # noqa: BLE001 - a failed step is tried again
            if (sentence := sentence_of(error)) != last:
                log.warning("%s: %s", name, sentence)
            last = sentence
        await asyncio.sleep(interval)
