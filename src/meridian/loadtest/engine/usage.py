"""What processes use while a run goes on: CPU since the last look, and memory now."""

import time
from collections.abc import Mapping

import psutil


class Usage:
    """processes: name -> pid. One that is gone is left out."""

    def __init__(self, processes: Mapping[str, int]) -> None:
        self._processes: dict[str, psutil.Process] = {}
        for name, pid in processes.items():
            try:
                self._processes[name] = psutil.Process(pid)
            except psutil.Error:
                continue
        self._at = time.monotonic()
        self._spent = {name: self._cpu(process) for name, process in self._processes.items()}

    def look(self) -> dict[str, tuple[float, int]]:
        """Name -> cores used since the last look, bytes resident now."""
        now = time.monotonic()
        seconds, self._at = max(now - self._at, 1e-6), now
        found: dict[str, tuple[float, int]] = {}
        for name, process in list(self._processes.items()):
            spent = self._cpu(process)
            try:
                rss = process.memory_info().rss
            except psutil.Error:
                spent = None
            before = self._spent[name]
            if spent is None or before is None:
                del self._processes[name]
                continue
            found[name] = (max(spent - before, 0.0) / seconds, rss)
            self._spent[name] = spent
        return found

    @staticmethod
    def _cpu(process: psutil.Process) -> float | None:
        """Seconds; None when it is gone."""
        try:
            times = process.cpu_times()
        except psutil.Error:
            return None
        return float(times.user + times.system)
