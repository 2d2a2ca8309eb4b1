"""Tries a snapshot on the edge.

The rehearsal (or a fresh Envoy) is asked -> files are moved into place in a safe order -> Envoy's statistics
confirm it -> it becomes the last good one. Whatever goes wrong on the way, the last good one goes on.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from meridian.core.errors import Unavailable
from meridian.envoy.agent.activation import Refusal
from meridian.envoy.agent.inotify import TODO, room
from meridian.envoy.agent.laying import Laying
from meridian.envoy.agent.overlays import LAID_OVER
from meridian.envoy.agent.parts import Parts
from meridian.envoy.agent.settings import FILE, settings_of
from meridian.envoy.agent.state import EdgeState
from meridian.envoy.snapshot import Snapshot

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trial:
    parts: Parts
    state: EdgeState
    laying: Laying

    async def run(self, snapshot: Snapshot) -> Refusal | None:
        """None once it is in force and stored as the last good one; otherwise what was in force before is
        so again."""
        parts, before = self.parts, dict(self.parts.files.current)
        try:
            settings_of(snapshot)
        except ValueError as error:
            return Refusal(FILE, str(error), final=True)
        laid = self.laying.laid(snapshot)
        try:
            if not room(parts.activation.instances(laid) - parts.activation.instances(before)):
                return Refusal("", f"the kernel gives Envoy too few inotify instances; {TODO}")
            if not self._only_endpoints(snapshot):
                refusal = await self._prove(snapshot)
                if refusal:
                    return refusal
            if parts.supervisor.current is None:
                return await self._first(snapshot, laid)
            refusal = await parts.activation.activate(laid)
            if refusal is None:
                parts.store.keep(snapshot)
        except OSError as error:
            refusal = Refusal("", f"it could not be written: {error.strerror or error}")
        except (ValueError, KeyError, TypeError) as error:
            refusal = Refusal("", f"a file of it cannot be read: {error!r}", final=True)
        if refusal:
            await self._roll_back(before)
        return refusal

    async def _prove(self, snapshot: Snapshot) -> Refusal | None:
        rehearsal = self.parts.rehearsal
        if rehearsal is not None and rehearsal.ready:
            try:
                return await rehearsal.check(snapshot.resources)
            except OSError as error:
                log.info("the rehearsal has no answer (%s); asking a fresh Envoy", error)
        return await self.parts.validation.check(snapshot)

    async def _first(self, snapshot: Snapshot, laid: Mapping[str, bytes]) -> Refusal | None:
        """Envoy is not running: nothing was serving, so nothing can be cut."""
        parts = self.parts
        parts.files.become(laid)
        self.state.settle(snapshot)
        try:
            await parts.supervisor.start()
        except Unavailable as error:
            return Refusal("", str(error))
        refusal = await parts.activation.confirm(laid)
        if refusal:
            await parts.supervisor.clear()
            return refusal
        parts.store.keep(snapshot)
        return None

    async def _roll_back(self, before: Mapping[str, bytes]) -> None:
        if self.state.active is None:
            return
        try:
            refusal = await self.parts.activation.activate(before)
        except (OSError, ValueError, KeyError, TypeError) as error:
            self.state.problem("rollback", f"the last good files could not be put back: {error}")
            return
        self.state.problem(
            "rollback", f"Envoy did not take the last good files back: {refusal.reason}" if refusal else ""
        )

    def _only_endpoints(self, snapshot: Snapshot) -> bool:
        """Weights, drains and addresses come from our own typed builders, and Envoy keeps the old ones when
        it refuses a file: these go without a rehearsal."""
        active = self.state.active
        if active is None or active.resources.keys() != snapshot.resources.keys():
            return False
        return all(name.startswith(LAID_OVER) for name in snapshot.changed(active))
