"""Small databases for tests: built network by network, so that they owe nothing to the code under test."""

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from typing import Any

import numpy as np
from hypothesis import strategies as st

from meridian.geo.mmdb import EMPTY, FIRST, Tree

Network = IPv4Network | IPv6Network

METADATA: dict[str, Any] = {
    "binary_format_major_version": 2,
    "binary_format_minor_version": 0,
    "build_epoch": 1_781_725_900,
    "database_type": "Test",
    "description": {"en": "A test's"},
    "ip_version": 6,
    "languages": ["en"],
    "node_count": 0,
    "record_size": 0,
}


def build(networks: Mapping[Network, Any], **metadata: Any) -> Tree:
    """A tree in which each address has the record of the longest network around it."""
    records: list[Any] = []
    children = [[EMPTY, EMPTY]]
    for network in sorted(networks, key=_depth):
        records.append(networks[network])
        _insert(children, network, FIRST - (len(records) - 1))
    return Tree(np.array(children, np.int32), tuple(records), {**METADATA, **metadata})


def _insert(children: list[list[int]], network: Network, branch: int) -> None:
    node, depth = 0, _depth(network)
    bits = f"{int(network.network_address):0128b}"[:depth]
    for bit in map(int, bits[:-1]):
        if children[node][bit] < 0:
            children.append([children[node][bit]] * 2)
            children[node][bit] = len(children) - 1
        node = children[node][bit]
    children[node][int(bits[-1])] = branch


def _depth(network: Network) -> int:
    return network.prefixlen + (96 if network.version == 4 else 0)


@st.composite
def ipv4_networks(draw: st.DrawFn) -> IPv4Network:
    length = draw(st.integers(1, 32))
    return IPv4Network((draw(st.integers(0, 2**length - 1)) << (32 - length), length))


@st.composite
def ipv6_networks(draw: st.DrawFn) -> IPv6Network:
    """In 2000::/3, where clients are."""
    length = draw(st.integers(4, 128))
    number = draw(st.integers(0, 2 ** (length - 3) - 1)) | 1 << (length - 3)
    return IPv6Network((number << (128 - length), length))


networks = ipv4_networks() | ipv6_networks()
