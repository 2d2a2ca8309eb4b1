"""Windows: what happened in each, as edges send it in records (10 s each) and in pulses (1 s each), and as control reads it.

{"windows": {"1763800000": {"traffic": rows, ...}}}: a window's name is when it began, in whole seconds since 1970.
"""

from collections.abc import Mapping
from typing import Any

from meridian.telemetry.cube import Cube, cubes_from_json, cubes_to_json

EARLIEST, LATEST = 946_684_800, 4_102_444_800
"""The years 2000 and 2100: a window outside of them is none."""
MOST = 1000
"""Windows of one record or pulse."""

Windows = Mapping[int, Mapping[str, Cube]]
"""When a window began -> kind's name -> cube."""


def windows_to_json(windows: Windows) -> dict[str, Any]:
    told = {str(window): cubes_to_json(cubes) for window, cubes in sorted(windows.items())}
    return {"windows": {window: cubes for window, cubes in told.items() if cubes}}


def windows_from_json(raw: Any) -> dict[int, dict[str, Cube]]:
    """Raises ValueError, saying what is wrong, for what is no content of a record or pulse."""
    return {window: cubes_from_json(cubes) for window, cubes in windows_of(raw).items()}


def windows_of(raw: Any) -> dict[int, Any]:
    """The same, with each window's cubes as they came."""
    windows = raw.get("windows") if isinstance(raw, dict) else None
    if not isinstance(windows, dict) or len(windows) > MOST:
        raise ValueError(f"telemetry is an object of at most {MOST} windows")
    return {_began(name): cubes for name, cubes in windows.items()}


def _began(name: str) -> int:
    if not (name.isascii() and name.isdigit() and len(name) <= 12 and EARLIEST <= int(name) < LATEST):
        raise ValueError(f"no window began at {name[:20]!r} seconds since 1970")
    return int(name)
