"""How many measurements one network may send, so that no single one speaks for a country, in bounded memory.

The generic cell rate algorithm (ITU-T I.371): one time a network, at which its allowance is whole again.
"""

import math
from collections import OrderedDict
from dataclasses import dataclass, field

from meridian.core.clock import Clock
from meridian.core.errors import MeridianError


class TooMany(MeridianError):
    """retry_after: seconds."""

    status = 429
    kind = "too-many-measurements"

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            "this network has sent too many measurements", f"send the next ones in {retry_after} s"
        )
        self.retry_after = retry_after


@dataclass(slots=True)
class Allowance:
    """most: at once, and in `period` seconds. remembered: networks held; the one longest unused goes first."""

    clock: Clock
    most: int = 240
    period: float = 60.0
    remembered: int = 20_000
    _whole_at: OrderedDict[str, float] = field(default_factory=OrderedDict)

    def take(self, network: str, count: int) -> None:
        """Raises TooMany, and takes nothing, when there are not `count` left."""
        now = self.clock.monotonic()
        whole_at = max(self._whole_at.get(network, now), now) + count * self.period / self.most
        if (wait := whole_at - now - self.period) > 1e-9:
            raise TooMany(max(1, math.ceil(wait)))
        self._whole_at[network] = whole_at
        self._whole_at.move_to_end(network)
        while len(self._whole_at) > self.remembered:
            self._whole_at.popitem(last=False)
