"""A process that a feature wants beside an edge's Envoy; the edge's agent keeps it running."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from meridian.envoy.snapshot import Snapshot

TROUBLE = "companions/{name}.trouble"
"""Relative to the edge's folder: where a companion writes what is wrong with it, in one sentence for a person; empty: nothing."""


@dataclass(frozen=True, slots=True)
class Companion:
    """name: a short word of lower-case letters. argv: its command line, given the edge's folder. wanted: whether an edge that
    runs on this snapshot needs it. It inherits the agent's environment, outlives an agent that is killed, ends on SIGTERM, and
    makes sure by itself that it is the only one of its kind in its folder."""

    name: str
    argv: Callable[[Path], Sequence[str]]
    wanted: Callable[[Snapshot], bool]
