"""What the edge's own loops lay over a snapshot: weights and drains over its endpoints, that must work with control away, and
over its stamp what control advises this very edge."""

import base64
import contextlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from meridian.core.decision import Decision
from meridian.envoy.agent.folder import replace
from meridian.envoy.report import HostHealth
from meridian.envoy.snapshot import Snapshot, digest

log = logging.getLogger(__name__)
LAID_OVER = "endpoints/"
STAMP = "extensions/stamp.json"
Advice = Mapping[str, Mapping[str, Any]]
"""Feature -> what control advises this edge about it."""


class EdgeLoop(Protocol):
    """As `meridian.feature.EdgeLoop`, which stands a layer above."""

    def step(
        self, snapshot: Snapshot, health: Sequence[HostHealth], now: datetime, monotonic: float
    ) -> tuple[Mapping[str, bytes], Sequence[Decision]]: ...


@runtime_checkable
class Advised(Protocol):
    """As `meridian.feature.Advised`."""

    def heed(self, advice: Advice) -> None: ...


def _no_advice() -> Advice:
    return {}


class Overlays:
    """Each loop's last answer stands until its next one; where two answer for one file, the later loop's
    counts.

    Answers also rest on disk with the digest of what they were laid over, so that a restarted agent goes on
    with them until its loops have seen something, but never lays an old answer over new endpoints, or over another stamp.
    """

    def __init__(
        self, loops: Sequence[EdgeLoop], path: Path, advice: Callable[[], Advice] = _no_advice
    ) -> None:
        self._loops = loops
        self._advice = advice
        self._answers: list[Mapping[str, bytes]] = [{} for _ in loops]
        self._stamps: list[bytes | None] = [None for _ in loops]
        """Over which stamp each loop answered."""
        self._asked = False
        self._path = path
        self._saved = _read(path)
        self._restored = bool(self._saved)

    def step(
        self, snapshot: Snapshot, health: Sequence[HostHealth], now: datetime, monotonic: float
    ) -> list[Decision]:
        """Asks every loop. One that fails keeps its last answer and does not stop the others."""
        decisions: list[Decision] = []
        for number, loop in enumerate(self._loops):
            try:
                if isinstance(loop, Advised):
                    loop.heed(self._advice())
                answer, decided = loop.step(snapshot, health, now, monotonic)
            except Exception as error:  # noqa: BLE001 - one loop's failure must not stop the others, or the edge
                log.warning("%s failed and will be asked again: %r", type(loop).__name__, error)
                continue
            self._answers[number], self._stamps[number] = answer, snapshot.resources.get(STAMP)
            decisions.extend(decided)
        self._asked = True
        if health:
            self._restored = False
        return decisions

    def over(self, snapshot: Snapshot) -> dict[str, bytes]:
        """The snapshot's resources with the loops' answers laid over them."""
        laid = dict(snapshot.resources)
        if self._restored:
            for name, (base, content) in self._saved.items():
                waits = name.startswith(LAID_OVER) or not self._asked
                if waits and name in laid and digest(laid[name]) == base:
                    laid[name] = content
        for answer, stamp in zip(self._answers, self._stamps, strict=True):
            same = stamp == snapshot.resources.get(STAMP)
            laid |= {
                name: content
                for name, content in answer.items()
                if name in snapshot.resources and (name.startswith(LAID_OVER) or (name == STAMP and same))
            }
        return laid

    def keep(self, snapshot: Snapshot, laid: Mapping[str, bytes]) -> None:
        """Remembers on disk what lies over `snapshot` now."""
        differing = {
            name: (digest(snapshot.resources[name]), content)
            for name, content in laid.items()
            if name in snapshot.resources and snapshot.resources[name] != content
        }
        if differing == self._saved:
            return
        self._saved = differing
        raw = {
            name: [base, base64.b64encode(content).decode()] for name, (base, content) in differing.items()
        }
        with contextlib.suppress(OSError):
            replace(self._path, json.dumps(raw).encode(), durable=False)


def _read(path: Path) -> dict[str, tuple[str, bytes]]:
    try:
        raw = json.loads(path.read_bytes())
        return {name: (str(base), base64.b64decode(content)) for name, (base, content) in raw.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
