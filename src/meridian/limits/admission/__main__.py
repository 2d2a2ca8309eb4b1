"""`python -m meridian.limits.admission --home EDGE`: what the edge's agent starts, as it imports the least."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import uvloop

from meridian.core.errors import MeridianError
from meridian.limits.admission.server import Admission


def main(arguments: Sequence[str] | None = None) -> int:
    """Until SIGTERM or SIGINT. The Redis or Valkey to share counters through is named by MERIDIAN_REDIS_URL."""
    parser = argparse.ArgumentParser(prog="meridian admission")
    parser.add_argument("--home", type=Path, required=True, help="Folder of the edge.")
    home = parser.parse_args(arguments).home.resolve()
    try:
        uvloop.run(_run(home))
    except (MeridianError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


async def _run(home: Path) -> None:
    await Admission(home).run()


if __name__ == "__main__":
    sys.exit(main())
