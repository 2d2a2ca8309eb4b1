"""How long the Avalo profile takes to compile."""

import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from meridian.config.inventory import inventory
from meridian.envoy.compiler import compile_edges
from meridian.features import features
from tests.bench.avalo import avalo, local
from tests.bench.row import Row


def measure(folder: Path) -> Iterator[Row]:
    config = avalo()
    where = inventory(config, local(config, 20_000))
    times = []
    for _ in range(11):
        began = time.perf_counter()
        snapshots = compile_edges(config, where, features())
        times.append(time.perf_counter() - began)
    size = sum(len(content) for snapshot in snapshots.values() for content in snapshot.resources.values())
    note = f"median of 11; {len(snapshots)} edges, {size / 1024:.0f} KiB, residency proof included"
    yield Row("compile of the Avalo profile", statistics.median(times), 0.5, "s", note)
