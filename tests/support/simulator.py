"""Reads compiled files as Envoy does, and says where a request ends up. It knows nothing of policies, lanes or proofs.

A route matches by path prefix and exact headers, the first one wins; a cluster sends to its first priority that has an address
up; another edge's address leads through that edge's peer routes. A region's edge always runs; locations may be down.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from meridian.config.inventory import Inventory
from meridian.envoy.snapshot import Snapshot


@dataclass(frozen=True)
class Answer:
    """status: 200, 404 or 503. location: empty unless 200. tried: locations, in order, the one that answered included."""

    status: int
    location: str = ""
    tried: tuple[str, ...] = ()


class EdgeFiles:
    """One edge's files, parsed."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.files = {name: json.loads(content) for name, content in snapshot.resources.items()}

    def routes(self, listener: str, headers: Mapping[str, str]) -> list[Any]:
        """The list that a request is held against: where there is a matcher, it looks at one header."""
        host = self.files[f"routes/{listener}.json"]["resources"][0]["virtual_hosts"][0]
        if "matcher" not in host:
            return list(host["routes"])
        tree = host["matcher"]["matcher_tree"]
        value = headers.get(tree["input"]["typed_config"]["header_name"])
        chosen = tree["exact_match_map"]["map"].get(value, host["matcher"]["on_no_match"])
        return list(chosen["action"]["typed_config"]["routes"])

    @cached_property
    def priorities(self) -> dict[str, list[list[str]]]:
        """Cluster -> by priority, the addresses."""
        found: dict[str, list[list[str]]] = {}
        for cluster in self.files["clusters.json"]["resources"]:
            name = cluster["name"]
            file = self.files.get(f"endpoints/{name}.json")
            assignment = file["resources"][0] if file else cluster["load_assignment"]
            levels: dict[int, list[str]] = {}
            for locality in assignment["endpoints"]:
                levels.setdefault(locality.get("priority", 0), []).extend(
                    map(_address, locality["lb_endpoints"])
                )
            found[name] = [levels[level] for level in sorted(levels)]
        return found


@dataclass
class World:
    """All edges, and who listens at which address."""

    edges: Mapping[str, EdgeFiles]
    instances: Mapping[str, str]
    peers: Mapping[tuple[str, str], str]

    @classmethod
    def of(cls, snapshots: Mapping[str, Snapshot], inventory: Inventory) -> "World":
        instances = {
            address: location
            for location, services in inventory.instances.items()
            for addresses in services.values()
            for address in addresses
        }
        peers = {
            (asking, address): asked
            for asking, others in inventory.peers.items()
            for asked, address in others.items()
        }
        return cls({name: EdgeFiles(each) for name, each in snapshots.items()}, instances, peers)

    def ask(self, edge: str, path: str, headers: Mapping[str, str], down: Collection[str]) -> Answer:
        """A client's request that the stamp has put its headers on."""
        return self._routed(edge, self.edges[edge].routes("public", headers), path, headers, down)

    def _routed(
        self, edge: str, routes: list[Any], path: str, headers: Mapping[str, str], down: Collection[str]
    ) -> Answer:
        route = next((each for each in routes if _matches(each["match"], path, headers)), None)
        if route is None:
            return Answer(404)
        if "direct_response" in route:
            return Answer(route["direct_response"]["status"])
        sent = dict(headers)
        for added in route.get("request_headers_to_add", ()):
            sent[added["header"]["key"]] = added["header"]["value"]
        tried: tuple[str, ...] = ()
        for level in self.edges[edge].priorities[route["route"]["cluster"]]:
            for address in level:
                answer = self._at(edge, address, path, sent, down)
                tried += answer.tried
                if answer.status == 200:
                    return Answer(200, answer.location, tried)
        return Answer(503, tried=tried)

    def _at(
        self, edge: str, address: str, path: str, headers: Mapping[str, str], down: Collection[str]
    ) -> Answer:
        if asked := self.peers.get((edge, address)):
            return self._routed(asked, self.edges[asked].routes("peer", headers), path, headers, down)
        location = self.instances[address]
        return Answer(503 if location in down else 200, "" if location in down else location, (location,))


def _matches(match: Mapping[str, Any], path: str, headers: Mapping[str, str]) -> bool:
    if "path_separated_prefix" in match:
        prefix = match["path_separated_prefix"]
        fits = path == prefix or path.startswith(f"{prefix}/")
    elif "prefix" in match:
        fits = path.startswith(match["prefix"])
    else:
        fits = path == match["path"]
    return fits and all(
        headers.get(each["name"]) == each["string_match"]["exact"] for each in match.get("headers", ())
    )


def _address(endpoint: Mapping[str, Any]) -> str:
    address = endpoint["endpoint"]["address"]
    if "pipe" in address:
        return str(address["pipe"]["path"])
    at = address["socket_address"]
    return f"{at['address']}:{at['port_value']}"
