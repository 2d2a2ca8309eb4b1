"""What operators and measurements added to the regions' policy: the compile-time state of this feature."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from meridian.regions.policy import NO_PREFERENCES, Preferences


@dataclass(frozen=True, slots=True)
class RegionsState:
    """overrides: user -> region. drains: location -> share of its traffic taken away, 0 to 1 (1: nothing goes there).
    preferences: what measured latency changed."""

    overrides: Mapping[str, str] = field(default_factory=dict)
    drains: Mapping[str, float] = field(default_factory=dict)
    preferences: Preferences = NO_PREFERENCES


NO_STATE = RegionsState()
