"""Where everything is right now: addresses of instances, edges and control. Policy says what; the inventory says where.

It comes from the configuration's own addresses, with what `meridian up` started laid over it.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from meridian.config.schema.root import Config


@dataclass(frozen=True, slots=True)
class Listen:
    """host:port pairs that one edge listens on: for clients, and for the other regions' edges."""

    public: str
    peer: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """instances: location -> service -> addresses (host:port).
    peers: region of the edge that asks -> region asked -> address of that region's edge.
    listen: region -> what its edge listens on. control: host:port of control, or empty.
    urls: region -> public address of its edge, as clients know it."""

    instances: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    peers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    listen: Mapping[str, Listen] = field(default_factory=dict)
    control: str = ""
    urls: Mapping[str, str] = field(default_factory=dict)

    def addresses(self, location: str, service: str) -> tuple[str, ...]:
        there = self.instances.get(location, {})
        return tuple(there.get(service) or there.get("default") or ())

    def dump(self) -> str:
        return json.dumps(asdict(self), indent=2, sort_keys=True)

    @classmethod
    def load(cls, path: Path) -> "Inventory":
        return cls.parse(json.loads(path.read_text()))

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> "Inventory":
        instances = {
            location: {service: tuple(addresses) for service, addresses in services.items()}
            for location, services in raw.get("instances", {}).items()
        }
        listen = {region: Listen(**pair) for region, pair in raw.get("listen", {}).items()}
        return cls(instances, raw.get("peers", {}), listen, raw.get("control", ""), raw.get("urls", {}))


def inventory(config: Config, local: Inventory | None = None) -> Inventory:
    """The configuration's addresses, with those of a local world where the configuration names none."""
    local = local or Inventory()
    instances = {
        name: location.instances or local.instances.get(name, {})
        for name, location in config.locations.items()
    }
    peers = {
        asking: {
            name: region.peer or local.peers.get(asking, {}).get(name, "")
            for name, region in config.regions.items()
            if name != asking
        }
        for asking in config.regions
    }
    default = Listen(config.edge.listen, config.edge.peer_listen)
    listen = {name: local.listen.get(name, default) for name in config.regions}
    urls = {name: region.url or local.urls.get(name, "") for name, region in config.regions.items()}
    return Inventory(instances, peers, listen, local.control, urls)
