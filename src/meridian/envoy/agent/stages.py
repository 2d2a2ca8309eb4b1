"""In which order changed files reach Envoy, so that at no moment something points at what is not there.

1. data, endpoints, clusters (new and old together)   2. extensions   3. routes   4. listeners
5. clusters (new only), and files that nobody names any more go
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from meridian.envoy.agent.subscription import CLUSTERS, LISTENERS
from meridian.envoy.snapshot import response


@dataclass(frozen=True, slots=True)
class Stage:
    """writes: file -> content, in order. removes: files. Each stage is confirmed before the next one
    begins."""

    writes: Mapping[str, bytes] = field(default_factory=dict)
    removes: tuple[str, ...] = ()


def stages(before: Mapping[str, bytes], target: Mapping[str, bytes]) -> list[Stage]:
    """The steps from what is there to what shall be there; none where nothing differs."""
    changed = {name: content for name, content in target.items() if before.get(name) != content}
    removed = tuple(sorted(name for name in before if name not in target))
    joined = _joined(before.get(CLUSTERS), changed.get(CLUSTERS))
    through = changed | ({CLUSTERS: joined} if joined else {})
    base = {name: through[name] for name in sorted(through, key=_base_order) if _group(name) == 0}
    ordered = sorted(changed, key=lambda name: (_group(name), name))
    outer = {name: changed[name] for name in ordered if _group(name) > 0}
    found = [Stage(base), Stage(outer)]
    if joined:
        found.append(Stage({CLUSTERS: changed[CLUSTERS]}))
    found.append(Stage({}, removed))
    return [stage for stage in found if stage.writes or stage.removes]


def _group(name: str) -> int:
    if name == LISTENERS:
        return 3
    if name.startswith("routes/"):
        return 2
    if name.startswith("extensions/"):
        return 1
    return 0


def _base_order(name: str) -> tuple[bool, str]:
    return name == CLUSTERS, name


def _joined(before: bytes | None, after: bytes | None) -> bytes | None:
    """New and changed clusters together with those that are about to go; None where none goes."""
    if before is None or after is None:
        return None
    try:
        old = {each["name"]: each for each in json.loads(before)["resources"]}
        new = {each["name"]: each for each in json.loads(after)["resources"]}
    except (ValueError, KeyError, TypeError):
        return None
    going = [old[name] for name in sorted(old.keys() - new.keys())]
    return response([*new.values(), *going]) if going else None
