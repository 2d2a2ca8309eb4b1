"""A snapshot for an Envoy that must not be heard: listeners that do not bind, clusters without endpoints."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from meridian.envoy.agent.overlays import LAID_OVER
from meridian.envoy.agent.subscription import CLUSTERS, LISTENERS
from meridian.envoy.snapshot import Json, canonical


@dataclass(slots=True)
class Silencer:
    """Remembers what it worked out: of one snapshot after another, most files are the same."""

    _known: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)

    def silenced(self, resources: Mapping[str, bytes]) -> dict[str, bytes]:
        """Endpoints are left out as files too: each would cost an inotify instance, of which a user has few.

        Raises ValueError, KeyError or TypeError when a file is not what its name says.
        """
        return {
            name: self._one(name, content)
            for name, content in resources.items()
            if not name.startswith(LAID_OVER)
        }

    def _one(self, name: str, content: bytes) -> bytes:
        known = self._known.get(name)
        if known is None or known[0] != content:
            known = self._known[name] = (content, _silenced(name, content))
        return known[1]


def _silenced(name: str, content: bytes) -> bytes:
    if name == LISTENERS:
        return _each(content, lambda listener: listener | {"bind_to_port": False})
    if name == CLUSTERS:
        return _each(content, _empty)
    return content


def _each(content: bytes, change: Callable[[Json], Json]) -> bytes:
    raw = json.loads(content)
    return canonical(raw | {"resources": [change(resource) for resource in raw["resources"]]})


def _empty(cluster: Json) -> Json:
    if "eds_cluster_config" not in cluster:
        return cluster
    kept = {key: value for key, value in cluster.items() if key != "eds_cluster_config"}
    return kept | {"type": "STATIC", "load_assignment": {"cluster_name": cluster["name"], "endpoints": []}}
