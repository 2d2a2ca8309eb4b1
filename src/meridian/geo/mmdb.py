"""The MaxMind DB format, read and written whole as numpy arrays.

`maxminddb` answers one address at a time, and libraries that write insert one network at a time: minutes for
a million networks. Converting a database, or drawing addresses from it, needs the tree as a whole, and then
takes tenths of a second. The format is MaxMind's, specification version 2.0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from struct import error as StructError
from typing import Any

import numpy as np
from maxminddb import InvalidDatabaseError
from maxminddb.decoder import Decoder
from numpy.typing import NDArray

Network = IPv4Network | IPv6Network

EMPTY = -1
"""A branch of the tree that leads to nothing."""
FIRST = -2
"""Leads to record 0. Record i is FIRST - i, and a branch b < EMPTY leads to record FIRST - b."""

_MARKER = b"\xab\xcd\xefMaxMind.com"
_SEPARATOR = 16
_NODE_BYTES = {24: 6, 28: 7, 32: 8}
_DAMAGED = (InvalidDatabaseError, StructError, LookupError, TypeError, ValueError)
_TEXT, _UINT16, _UINT32, _MAP, _UINT64, _ARRAY = 2, 5, 6, 7, 9, 11
_WIDTH_OF = {"node_count": _UINT32, "build_epoch": _UINT64}
"""Readers insist on the type of each number in the metadata; those not named here are 16 bits wide."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A whole database.

    children: int32 of shape (nodes, 2); row 0 is the root and column b is where bit b of an address leads: to
    node n >= 0, to nothing (EMPTY), or to `records[i]` (FIRST - i). metadata: as stored; the sizes in it are
    those of the file it came from.
    """

    children: NDArray[np.int32]
    records: tuple[Any, ...]
    metadata: Mapping[str, Any]

    @property
    def networks(self) -> int:
        """How many networks have a record."""
        return int(np.count_nonzero(self.children < EMPTY))

    def branch(self, network: Network) -> int:
        """Where the path to `network` leads; where it ends early, what it ends at."""
        branch = 0
        for bit in _path(network):
            branch = int(self.children[branch, bit])
            if branch < 0:
                break
        return branch

    def grafted(self, network: Network, branch: int) -> "Tree":
        """The tree with the path to `network` leading to `branch`; a wider network in the way is split."""
        *way, last = _path(network)
        children, node = self.children.copy(), 0
        for bit in way:
            following = int(children[node, bit])
            if following < 0:
                children = np.concatenate([children, np.full((1, 2), following, np.int32)])
                children[node, bit] = following = len(children) - 1
            node = following
        children[node, last] = branch
        return Tree(children, self.records, self.metadata)


def _path(network: Network) -> list[int]:
    """The bits that lead from the root to a network, in a tree of IPv6 addresses with IPv4 under ::/96."""
    length = network.prefixlen + 128 - network.max_prefixlen
    return [int(network.network_address) >> (127 - bit) & 1 for bit in range(length)]


def read(content: bytes) -> Tree:
    """The database in `content`. Raises ValueError when it is not one."""
    marker = content.rfind(_MARKER)
    if marker < 0:
        raise ValueError("not a MaxMind database: its metadata is missing")
    start = marker + len(_MARKER)
    try:
        metadata = _decode(content, start, start)
        nodes, size = int(metadata["node_count"]), _NODE_BYTES[metadata["record_size"]]
    except _DAMAGED as error:
        raise ValueError(f"not a MaxMind database: its metadata cannot be read ({error!r})") from error
    base = nodes * size + _SEPARATOR
    if nodes < 1 or base > marker:
        raise ValueError("not a whole MaxMind database: it is shorter than its metadata says")
    values = _values(np.frombuffer(content, np.uint8, nodes * size).reshape(nodes, size))
    held = values > nodes
    offsets, which = np.unique(values[held], return_inverse=True)
    try:
        records = tuple(_decode(content, base, base + int(at) - nodes - _SEPARATOR) for at in offsets)
    except _DAMAGED as error:
        raise ValueError(f"a damaged MaxMind database: a record cannot be read ({error!r})") from error
    children = np.where(values == nodes, EMPTY, values).astype(np.int32)
    children[held] = FIRST - which.astype(np.int32)
    return Tree(children, records, metadata)


def dump(tree: Tree) -> bytes:
    """The database as a file, with `metadata` but for the sizes, which are those of `tree`."""
    nodes = len(tree.children)
    encoded = [encode(record) for record in tree.records]
    offsets = np.cumsum([0, *map(len, encoded)], dtype=np.int64) + nodes + _SEPARATOR
    bits = 24 if int(offsets[-1]) < 1 << 24 else 32
    children = tree.children.astype(np.int64)
    values = np.where(children == EMPTY, nodes, children)
    held = children < EMPTY
    values[held] = offsets[FIRST - children[held]]
    packed = values.astype(">u4").view(np.uint8).reshape(nodes, 2, 4)[:, :, 4 - bits // 8 :]
    metadata = {**tree.metadata, "node_count": nodes, "record_size": bits}
    return b"".join([packed.tobytes(), bytes(_SEPARATOR), *encoded, _MARKER, _metadata(metadata)])


def encode(value: Any) -> bytes:
    """One value in the format's own encoding: text, sequences and mappings, all that our records need."""
    match value:
        case str():
            raw = value.encode()
            return _head(_TEXT, len(raw)) + raw
        case Mapping():
            pairs = b"".join(encode(key) + encode(held) for key, held in value.items())
            return _head(_MAP, len(value)) + pairs
        case Sequence():
            return _head(_ARRAY, len(value)) + b"".join(map(encode, value))
    raise TypeError(f"cannot write a {type(value).__name__} into a MaxMind database")


def _metadata(values: Mapping[str, Any]) -> bytes:
    pairs = [encode(key) + _metadatum(key, value) for key, value in values.items()]
    return _head(_MAP, len(pairs)) + b"".join(pairs)


def _metadatum(key: str, value: Any) -> bytes:
    return _number(_WIDTH_OF.get(key, _UINT16), value) if isinstance(value, int) else encode(value)


def _number(kind: int, value: int) -> bytes:
    raw = value.to_bytes((value.bit_length() + 7) // 8)
    return _head(kind, len(raw)) + raw


def _head(kind: int, size: int) -> bytes:
    """The control byte: three bits of type (0 and a second byte for types past 7) and five of size."""
    extension = bytes([kind - 7]) if kind > 7 else b""
    top = 0 if extension else kind << 5
    if size < 29:
        return bytes([top | size]) + extension
    if size < 29 + 256:
        return bytes([top | 29]) + extension + bytes([size - 29])
    if size < 285 + 65536:
        return bytes([top | 30]) + extension + (size - 285).to_bytes(2)
    raise ValueError("a value too long for a MaxMind database written here")


def _decode(content: bytes, base: int, at: int) -> Any:
    value, _ = Decoder(content, base).decode(at)
    return value


def _values(packed: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Both values of each node. A 28-bit node keeps the top four bits of both in its middle byte."""
    wide = packed.astype(np.int64)
    half = wide.shape[1] // 2
    left = _joined(wide[:, :half])
    right = _joined(wide[:, -half:])
    if wide.shape[1] == 7:
        left |= (wide[:, 3] >> 4) << 24
        right |= (wide[:, 3] & 15) << 24
    return np.stack([left, right], axis=1)


def _joined(columns: NDArray[np.int64]) -> NDArray[np.int64]:
    total = np.zeros(len(columns), np.int64)
    for column in columns.T:
        total = (total << 8) | column
    return total
