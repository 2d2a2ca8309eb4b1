"""What the fold has to know of the configuration: `telemetry.json` of the edge's snapshot, compiled here and read there. Pure."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict

from meridian.envoy.contribution import Contribution, EdgeContext
from meridian.envoy.snapshot import Snapshot
from meridian.telemetry.settings import FREE, Telemetry

FILE = "telemetry.json"
log = logging.getLogger(__name__)


class FoldSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    free_tiers: frozenset[str] = frozenset(FREE)


def contribution(context: EdgeContext) -> Contribution:
    """The file, where it says something that the fold would not assume."""
    try:
        free = set(context.config.section(Telemetry).free_tiers)
    except LookupError:
        return Contribution()
    return Contribution(files={FILE: {"free_tiers": sorted(free)}} if free != set(FREE) else {})


@dataclass(slots=True)
class Following:
    """The settings in force."""

    snapshot: Callable[[], Snapshot | None]
    _seen: Snapshot | None = None
    _settings: FoldSettings = field(default_factory=FoldSettings)

    def now(self) -> FoldSettings:
        snapshot = self.snapshot()
        if snapshot is not self._seen:
            self._seen = snapshot
            content = snapshot.resources.get(FILE) if snapshot is not None else None
            try:
                self._settings = FoldSettings.model_validate(json.loads(content or b"{}"))
            except (ValueError, RecursionError) as error:
                log.warning("%s is wrong, and what it said before goes on: %s", FILE, str(error)[:200])
        return self._settings
