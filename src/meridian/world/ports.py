"""Which port each part of a world listens on, and who sits on one that is taken.

Ports are kept from one run to the next: an edge that starts from its last good snapshot, with control down,
finds the app and the other edges where the snapshot says they are.
"""

import errno
import json
import random
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil

from meridian.core.errors import Conflict, InvalidInput
from meridian.world.files import write_text

DEFAULT_BASE = 8080
INTERNAL = range(20_000, 32_000)
"""Below the ports that Linux gives to outgoing connections, so that none of those takes one while a part is
down."""


@dataclass(frozen=True, slots=True)
class Ports:
    """base: control's port; the edges' public ports follow it. edges, peers: region -> port. apps: location
    -> port. links: "ASKING>ASKED" -> port. database: PostgreSQL's, where it needs one."""

    base: int
    edges: Mapping[str, int] = field(default_factory=dict)
    peers: Mapping[str, int] = field(default_factory=dict)
    apps: Mapping[str, int] = field(default_factory=dict)
    links: Mapping[str, int] = field(default_factory=dict)

    @property
    def control(self) -> int:
        return self.base

    def named(self) -> dict[int, str]:
        """Port -> the part that listens there."""
        names = {self.base: "control"}
        names |= {port: f"the edge of {region}" for region, port in self.edges.items()}
        names |= {port: f"the edge of {region}, for other edges" for region, port in self.peers.items()}
        names |= {port: f"the app in {location}" for location, port in self.apps.items()}
        names |= {port: f"the link {pair}" for pair, port in self.links.items()}
        return names

    def save(self, path: Path) -> None:
        write_text(path, json.dumps(asdict(self), indent=2, sort_keys=True) + "\n")

    @classmethod
    def load(cls, path: Path) -> "Ports | None":
        try:
            raw: dict[str, Any] = json.loads(path.read_text())
            return cls(**raw)
        except (OSError, ValueError, TypeError):
            return None


def allot(
    topology: Mapping[str, Sequence[str]], base: int, kept: Ports | None, usable: Callable[[int], bool]
) -> Ports:
    """Ports for every part of a topology (region -> locations). Public ones follow `base` in the topology's
    order; the others are free ones. What `kept` has stays, if it is usable. Raises InvalidInput when `base`
    leaves no room."""
    if not 1024 <= base <= 65_535 - 100:
        raise InvalidInput(f"{base} is no base for the ports of a world", "give one from 1024 to 65435")
    known = kept or Ports(base)
    edges = _public(list(topology), base, known.edges if known.base == base else {})
    taken = {base, *edges.values()}

    def internal(names: Iterable[str], before: Mapping[str, int]) -> dict[str, int]:
        found = {}
        for name in names:
            port = before.get(name, 0)
            if not port or port in taken or not usable(port):
                port = _free(taken, usable)
            taken.add(port)
            found[name] = port
        return found

    peers = internal(topology, known.peers)
    locations = dict.fromkeys(location for there in topology.values() for location in there)
    apps = internal(locations, known.apps)
    pairs = [f"{asking}>{asked}" for asking in topology for asked in topology if asking != asked]
    return Ports(base, edges, peers, apps, internal(pairs, known.links))


def _public(regions: Sequence[str], base: int, before: Mapping[str, int]) -> dict[str, int]:
    """A region that stays keeps its port; a new one gets the next that none has."""
    found = {region: before[region] for region in regions if region in before}
    following = base
    for region in regions:
        if region in found:
            continue
        following += 1
        while following in found.values():
            following += 1
        found[region] = following
    return {region: found[region] for region in regions}


def _free(taken: set[int], usable: Callable[[int], bool]) -> int:
    for port in random.sample(INTERNAL, k=500):
        if port not in taken and usable(port):
            return port
    raise Conflict("no free port was found between 20000 and 32000", "stop something that listens there")


def is_free(port: int) -> bool:
    """Whether a part could listen there now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def owner(port: int) -> str:
    """Who listens on a port, for a person: "PID 412 (nginx)"; empty when it cannot be seen, as without
    rights."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except (psutil.AccessDenied, OSError):
        return ""
    for connection in connections:
        if connection.status != psutil.CONN_LISTEN or not connection.laddr or connection.laddr.port != port:
            continue
        if connection.pid is None:
            return ""
        try:
            return f"PID {connection.pid} ({psutil.Process(connection.pid).name()})"
        except psutil.Error:
            return f"PID {connection.pid}"
    return ""


def require_free(ports: Ports) -> None:
    """Raises Conflict that names every public port in use and its owner."""
    names = ports.named()
    public = [ports.base, *ports.edges.values()]
    busy = [port for port in public if not is_free(port)]
    if not busy:
        return
    told = "; ".join(
        f"port {port} ({names[port]}) is in use by {owner(port) or 'another process'}" for port in busy
    )
    raise Conflict(told, "stop it, or choose other ports with --port-base")
