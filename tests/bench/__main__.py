"""`make bench`: runs every measurement, or those named, and prints the table. Exit status 1 when a number is not held."""

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import (
    admission,
    chain,
    checking,
    compiling,
    history,
    limiting,
    living,
    loading,
    losing,
    page,
    sharing,
    tailing,
)
from tests.bench.row import Row

MEASUREMENTS: dict[str, Callable[[Path], Iterator[Row]]] = {
    "admission": admission.measure,
    "check": checking.measure,
    "compile": compiling.measure,
    "chain": chain.measure,
    "history": history.measure,
    "limits": limiting.measure,
    "load": loading.measure,
    "page": page.measure,
    "redis": losing.measure,
    "sharing": sharing.measure,
    "tail": tailing.measure,
    "world": living.measure,
}


def main(names: list[str]) -> int:
    unknown = set(names) - set(MEASUREMENTS)
    if unknown:
        sys.stderr.write(f"no measurement is called {sorted(unknown)[0]}; use {', '.join(MEASUREMENTS)}\n")
        return 2
    rows: list[Row] = []
    for name in names or MEASUREMENTS:
        sys.stderr.write(f"measuring {name} ...\n")
        with tempfile.TemporaryDirectory(prefix="meridian-bench-") as folder:
            for row in MEASUREMENTS[name](Path(folder)):
                sys.stderr.write(f"  {' | '.join(row.cells())}\n")
                rows.append(row)
    table = Table("what", "measured", "promised", "held", "how", box=None, pad_edge=False)
    for row in rows:
        table.add_row(*row.cells())
    Console(width=150 if not sys.stdout.isatty() else None).print(table)
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
