"""What control advised this edge last: in memory, and on disk so that a restart without control goes on with it."""

import contextlib
import json
import logging
from pathlib import Path
from typing import Any

from meridian.envoy.agent.folder import replace
from meridian.envoy.agent.overlays import Advice

log = logging.getLogger(__name__)
LARGEST = 65_536
"""Bytes of JSON that are kept."""


class HeldAdvice:
    """held: feature -> its advice. A feature about which control says nothing keeps what it said before."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.held: Advice = _read(path)

    def take(self, advice: Any) -> None:
        """advice: as control sent it. What is of another shape is left out."""
        following = {**self.held, **_checked(advice)}
        if following == self.held:
            return
        raw = json.dumps(following).encode()
        if len(raw) > LARGEST:
            log.warning("control advises more than %d bytes; the edge goes on as advised before", LARGEST)
            return
        self.held = following
        with contextlib.suppress(OSError):
            replace(self._path, raw, durable=False)


def _checked(raw: Any) -> Advice:
    if not isinstance(raw, dict):
        return {}
    return {str(name): each for name, each in raw.items() if isinstance(each, dict) and each}


def _read(path: Path) -> Advice:
    try:
        return _checked(json.loads(path.read_bytes()))
    except (OSError, ValueError):
        return {}
