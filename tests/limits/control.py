"""Control without its processes: a real PostgreSQL, a clock that the test moves, and what was last loaded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from meridian.config.inventory import Inventory
from meridian.config.schema.root import Config
from meridian.core.clock import FakeClock
from meridian.core.journal import MemoryJournal
from meridian.envoy.report import EdgeReport
from meridian.limits.load import load
from meridian.limits.state import NO_STATE, LimitsState
from meridian.store.database import Database
from meridian.store.keys import KeyRing
from tests.limits.policy import config
from tests.support.configs import local_inventory


class Countries:
    """The geo database is tested on its own; here a table is enough."""

    def country(self, address: str) -> str:
        return {"81.2.69.142": "GB", "2001:db8::": "DE"}.get(address, "")


@dataclass
class Bench:
    """The part of `feature.Control` that this feature's controller and operations use. compiled: how often it was recompiled."""

    database: Database
    clock: FakeClock = field(default_factory=FakeClock)
    policy: Config = field(default_factory=config)
    compiled: int = 0
    loaded: LimitsState = NO_STATE
    countries: Any = field(default_factory=Countries)

    def __post_init__(self) -> None:
        self.journal = MemoryJournal(self.clock)
        self.keys = KeyRing(self.database, self.clock)

    def config(self) -> Config:
        return self.policy

    def inventory(self) -> Inventory:
        return local_inventory(self.policy)

    def reports(self) -> Mapping[str, Sequence[EdgeReport]]:
        return {}

    def state(self, feature: str) -> LimitsState:
        assert feature == "limits"
        return self.loaded

    async def recompile(self) -> None:
        self.compiled += 1
        self.loaded = await load(self)  # type: ignore[arg-type]

    def sentences(self) -> list[str]:
        """Of the journal, the oldest first."""
        return [entry.sentence for entry in self.journal.entries.values()]
