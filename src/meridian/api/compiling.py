"""Compiling again whenever something that goes into a snapshot has changed.

Calls that arrive while one compilation runs are answered by one more after it, however many they are: it
starts after all of them, so it has seen what each of them changed.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from meridian.api.snapshots import Snapshots
from meridian.config.inventory import Inventory
from meridian.config.schema.root import Config
from meridian.envoy.compiler import compile_edges
from meridian.envoy.snapshot import Json, Snapshot
from meridian.feature import Feature

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that a compilation reads, besides the features' states. jwks: public keys by issuer kind, "app"
    and "meridian"."""

    config: Config
    inventory: Inventory
    jwks: Mapping[str, Json]
    version: int


@dataclass(slots=True)
class Compiling:
    """inputs: read at each compilation. load: a feature's compile-time state.
    trouble: why the last compilation failed, or empty. troubles: feature -> why its state could not be
    loaded."""

    features: Sequence[Feature]
    snapshots: Snapshots
    inputs: Callable[[], Awaitable[Inputs]]
    load: Callable[[Feature], Awaitable[Any]]
    states: dict[str, Any] = field(default_factory=dict)
    trouble: str = ""
    troubles: dict[str, str] = field(default_factory=dict)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _requested: int = 0
    _done: int = 0

    async def again(self) -> frozenset[str]:
        """Loads, compiles and puts the snapshots in place; the regions for which something changed (none
        where another call's compilation covered this one). A failure keeps the last snapshots and is told
        in `trouble`."""
        self._requested += 1
        wanted = self._requested
        async with self._lock:
            if self._done >= wanted:
                return frozenset()
            covered = self._requested
            try:
                return await self._compile()
            finally:
                self._done = covered

    async def rehearse(self, inputs: Inputs) -> Mapping[str, Snapshot]:
        """The snapshots of a configuration that is not active yet. Raises as `compile_edges` does when it
        is refused."""
        async with self._lock:
            await self._load()
            return await self._built(inputs)

    async def _compile(self) -> frozenset[str]:
        try:
            inputs = await self.inputs()
            await self._load()
            missing = [feature.name for feature in self.features if feature.name not in self.states]
            if missing:
                raise RuntimeError(
                    self.troubles.get(missing[0], f"the state of {missing[0]} was never loaded")
                )
            snapshots = await self._built(inputs)
        except Exception as error:  # noqa: BLE001 - whatever failed, edges keep what they have
            if str(error) != self.trouble:
                log.warning("compilation failed, the last snapshots stay: %s", error)
            self.trouble = str(error) or type(error).__name__
            return frozenset()
        changed = await self.snapshots.replace(snapshots)
        self.trouble = ""
        if changed:
            log.info("compiled version %d; changed for %s", inputs.version, ", ".join(sorted(changed)))
        return changed

    async def _load(self) -> None:
        """A feature whose state cannot be loaded now keeps the one it had."""
        for feature in self.features:
            try:
                self.states[feature.name] = await self.load(feature)
                self.troubles.pop(feature.name, None)
            except Exception as error:  # noqa: BLE001 - one feature's failure must not stop the others
                sentence = f"the state of {feature.name} cannot be loaded: {error}"
                if self.troubles.get(feature.name) != sentence:
                    log.warning("%s", sentence)
                self.troubles[feature.name] = sentence

    async def _built(self, inputs: Inputs) -> Mapping[str, Snapshot]:
        states = dict(self.states)
        return await asyncio.to_thread(
            compile_edges,
            inputs.config,
            inputs.inventory,
            self.features,
            states,
            inputs.jwks,
            inputs.version,
        )
