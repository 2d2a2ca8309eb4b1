"""Control without its processes: a real PostgreSQL, a clock that the test moves, and reports that it writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from meridian.config.inventory import Inventory
from meridian.config.model import config_model
from meridian.config.schema.root import Config
from meridian.core.clock import FakeClock
from meridian.core.journal import MemoryJournal
from meridian.envoy.report import EdgeReport, HostHealth
from meridian.regions.feature import FEATURE
from meridian.regions.load import load
from meridian.regions.state import NO_STATE, RegionsState
from meridian.store.database import Database
from meridian.store.keys import KeyRing
from tests.support.configs import local_inventory, small


def policy(**replaced: Any) -> Config:
    """The small configuration, with the section that this feature adds."""
    return config_model([FEATURE]).model_validate(
        small(**replaced).model_dump(mode="json", exclude_defaults=True)
    )


def report(region: str, instance: str = "", **values: Any) -> EdgeReport:
    return EdgeReport(region=region, instance=instance or f"{region}-1", envoy="live", **values)


def seen(
    location: str, service: str, healthy: bool = True, address: str = "127.0.0.1:1", reason: str = ""
) -> HostHealth:
    """One instance, as its own region's edge reports it."""
    cluster = f"{service}@{location}"
    return HostHealth(cluster=cluster, location=location, address=address, healthy=healthy, reason=reason)


class Countries:
    """The geo database is tested on its own; here a table is enough."""

    def country(self, address: str) -> str:
        return {"81.2.69.142": "GB", "49.36.0.1": "IN", "8.8.8.8": "US", "5.36.0.1": "AE"}.get(address, "")


@dataclass
class Bench:
    """The part of `feature.Control` that controllers and operations use. compiled: how often it was recompiled."""

    database: Database
    clock: FakeClock = field(default_factory=FakeClock)
    policy: Config = field(default_factory=policy)
    heard: dict[str, list[EdgeReport]] = field(default_factory=dict)
    compiled: int = 0
    loaded: RegionsState = NO_STATE
    countries: Any = field(default_factory=Countries)

    def __post_init__(self) -> None:
        self.journal = MemoryJournal(self.clock)
        self.keys = KeyRing(self.database, self.clock)

    def config(self) -> Config:
        return self.policy

    def inventory(self) -> Inventory:
        return local_inventory(self.policy)

    def reports(self) -> Mapping[str, Sequence[EdgeReport]]:
        return self.heard

    def state(self, feature: str) -> RegionsState:
        assert feature == FEATURE.name
        return self.loaded

    async def recompile(self) -> None:
        self.compiled += 1
        self.loaded = await load(self)  # type: ignore[arg-type]

    def sentences(self) -> list[str]:
        """Of the journal, the oldest first."""
        return [entry.sentence for entry in self.journal.entries.values()]
