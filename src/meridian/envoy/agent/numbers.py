"""What Envoy and this agent say of themselves: connections, memory, CPU, what waits and what overflows; read each second.

Names and units: `*_bytes` are bytes, `*_cores` processor seconds per second; `overflows`, `retries`, `lines`, `lines_dropped` and
`records_dropped` are how many since the last look, all others how many there are now.
"""

import contextlib
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import psutil

from meridian.envoy.agent.admin import SILENT, Admin

_GAUGES: Mapping[str, str] = {
    "http.public.downstream_cx_active": "connections",
    "http.public.downstream_rq_active": "requests_active",
    "http.peer.downstream_rq_active": "peer_requests_active",
}
_CLUSTER_GAUGES: Mapping[str, str] = {
    "upstream_rq_pending_active": "pending",
    "ejections_active": "hosts_ejected",
    "membership_total": "hosts",
    "membership_healthy": "hosts_healthy",
}
_CLUSTER_COUNTERS: Mapping[str, str] = {
    "upstream_rq_pending_overflow": "overflows",
    "upstream_cx_overflow": "overflows",
    "upstream_rq_retry": "retries",
}
FILTER = (
    r"^http\.(public\.downstream_cx_active|(public|peer)\.downstream_rq_active)$"
    rf"|^cluster\..*\.({'|'.join([*_CLUSTER_GAUGES, *_CLUSTER_COUNTERS])})$"
)
"""Of Envoy's statistics, as a regular expression on their names."""


@dataclass(slots=True)
class Numbers:
    """latest: name -> value, as of the last look; Envoy's are missing while it does not answer."""

    latest: Mapping[str, float] = field(default_factory=dict)
    _totals: dict[str, float] = field(default_factory=dict)
    _looked: float = 0.0

    async def look(self, admin: Admin, pid: int, own: Mapping[str, float]) -> None:
        """pid: Envoy's; 0: there is none. own: counters of the agent itself that only grow, such as lines read."""
        now = time.monotonic()
        elapsed, self._looked = now - self._looked, now
        found = {**_process("agent_", os.getpid()), **own}
        if pid:
            found |= _process("", pid)
            with contextlib.suppress(*SILENT):
                found |= _summed(await admin.numbers(FILTER))
        self.latest = self._since(found, elapsed)

    def _since(self, found: Mapping[str, float], elapsed: float) -> dict[str, float]:
        """Counters become what was added since the last look; one that has none to compare with, or went back with a new
        process, says nothing this time."""
        before, self._totals = self._totals, {}
        made: dict[str, float] = {}
        for name, value in found.items():
            grows = name in _GROWING or name.endswith("_cores")
            if not grows:
                made[name] = value
                continue
            self._totals[name] = value
            added = value - before.get(name, value + 1)
            if added >= 0 and elapsed > 0:
                made[name] = added / elapsed if name.endswith("_cores") else added
        return made


_GROWING = frozenset({*_CLUSTER_COUNTERS.values(), "lines", "lines_dropped", "records_dropped"})


def _summed(stats: Mapping[str, int]) -> dict[str, float]:
    """Over all clusters."""
    made: dict[str, float] = dict.fromkeys({*_CLUSTER_GAUGES.values(), *_CLUSTER_COUNTERS.values()}, 0.0)
    for stat, value in stats.items():
        last = stat.rpartition(".")[2]
        name = _GAUGES.get(stat) or _CLUSTER_GAUGES.get(last) or _CLUSTER_COUNTERS.get(last)
        if name:
            made[name] = made.get(name, 0.0) + value
    return made


def _process(prefix: str, pid: int) -> dict[str, float]:
    try:
        process = psutil.Process(pid)
        with process.oneshot():
            times = process.cpu_times()
            used = float(times.user + times.system)
            return {f"{prefix}cpu_cores": used, f"{prefix}memory_bytes": float(process.memory_info().rss)}
    except psutil.Error:
        return {}
