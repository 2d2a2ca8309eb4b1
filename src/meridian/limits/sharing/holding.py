"""The edge loop that lays this edge's part of the limits over its stamp: one line of it, so that no bucket is touched."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from meridian.core.decision import Decision
from meridian.envoy.agent.overlays import STAMP
from meridian.envoy.report import HostHealth
from meridian.envoy.snapshot import Snapshot, edited

_LINE = "\\nlocal SHARE = {} -- the part of each limit that this edge holds\\n"
"""As it stands in JSON. No data of a stamp can hold it: a line ending in a text of Lua is written with digits."""


def holding(stamp: bytes, share: float) -> bytes:
    """The stamp of an edge that holds this part. Raises ValueError for a stamp that knows no parts."""
    if share == 1.0:
        return stamp
    return edited(stamp, _LINE.format(1).encode(), _LINE.format(repr(share)).encode())


@dataclass(slots=True)
class Holding:
    """Holds whole limits until control advises something else."""

    name: str = "limits.holding"
    _share: float = 1.0
    _made: tuple[bytes, float, Mapping[str, bytes]] = (b"", 1.0, {})

    def heed(self, advice: Mapping[str, Mapping[str, Any]]) -> None:
        share = advice.get("limits", {}).get("share", 1.0)
        usable = isinstance(share, int | float) and math.isfinite(share) and 0 < share <= 1
        self._share = float(share) if usable else 1.0

    def step(
        self, snapshot: Snapshot, health: Sequence[HostHealth], now: datetime, monotonic: float
    ) -> tuple[Mapping[str, bytes], Sequence[Decision]]:
        stamp = snapshot.resources.get(STAMP, b"")
        if (stamp, self._share) != self._made[:2]:
            self._made = (stamp, self._share, _overlay(stamp, self._share))
        return self._made[2], ()

    def replay(self, evidence: Mapping[str, Any]) -> Sequence[Decision]:
        """It decides nothing: control does."""
        return ()


def _overlay(stamp: bytes, share: float) -> Mapping[str, bytes]:
    if share == 1.0:
        return {}
    try:
        return {STAMP: holding(stamp, share)}
    except ValueError:
        return {}  # a stamp without limits, or one compiled before there were parts
