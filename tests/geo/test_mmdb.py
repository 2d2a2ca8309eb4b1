"""Reading and writing whole databases, held against `maxminddb`, which reads one address at a time."""

from ipaddress import IPv4Address, IPv6Address, ip_network
from pathlib import Path
from typing import Any

import maxminddb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meridian.geo.mmdb import EMPTY, FIRST, Tree, dump, encode, read
from tests.geo.trees import METADATA, Network, build, networks

records = st.dictionaries(
    st.text(min_size=1, max_size=12),
    st.text(max_size=400) | st.lists(st.text(max_size=9), max_size=40),
    max_size=3,
)
tables = st.dictionaries(networks, records, min_size=1, max_size=12)


def edges(table: dict[Network, Any]) -> list[IPv4Address | IPv6Address]:
    """Addresses at which the answer could change: first and last of each network, and their neighbours."""
    kinds: dict[int, type[IPv4Address] | type[IPv6Address]] = {4: IPv4Address, 6: IPv6Address}
    found: list[IPv4Address | IPv6Address] = []
    for network in table:
        first, last = int(network.network_address), int(network.broadcast_address)
        top = 2**network.max_prefixlen
        found += [kinds[network.version](n) for n in (first - 1, first, last, last + 1) if 0 <= n < top]
    return found


def expected(table: dict[Network, Any], address: IPv4Address | IPv6Address) -> Any:
    around = [network for network in table if address.version == network.version and address in network]
    return table[max(around, key=lambda network: network.prefixlen)] if around else None


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=tables)
def test_a_written_database_answers_as_its_networks_say(tmp_path: Path, table: dict[Network, Any]) -> None:
    path = tmp_path / "small.mmdb"
    path.write_bytes(dump(build(table)))
    with maxminddb.open_database(path) as reader:
        for address in edges(table):
            assert reader.get(address) == expected(table, address)
        assert reader.metadata().database_type == "Test"
        assert reader.metadata().build_epoch == METADATA["build_epoch"]


@settings(max_examples=40, deadline=None)
@given(table=tables)
def test_reading_gives_back_what_was_written(table: dict[Network, Any]) -> None:
    tree = build(table)
    back = read(dump(tree))
    assert describe(back) == describe(tree)
    assert dump(read(dump(back))) == dump(back)


def describe(tree: Tree) -> list[list[Any]]:
    return [
        [tree.records[FIRST - branch] if branch < EMPTY else int(branch) for branch in pair]
        for pair in tree.children.tolist()
    ]


@pytest.mark.parametrize("bits", [24, 28, 32])
def test_all_three_widths_of_nodes_are_read(bits: int) -> None:
    table = {ip_network("10.0.0.0/8"): {"a": "b"}, ip_network("2001:db8::/32"): {"a": "c"}}
    tree = build(table)
    assert describe(read(packed(tree, bits))) == describe(tree)


def packed(tree: Tree, bits: int) -> bytes:
    """The file of `tree` with nodes of two `bits`-bit numbers, put together number by number."""
    nodes, data, starts = len(tree.children), b"", []
    for record in tree.records:
        starts.append(len(data))
        data += encode(record)
    body = b""
    for pair in tree.children.tolist():
        left, right = (
            nodes if branch == EMPTY else nodes + 16 + starts[FIRST - branch] if branch < EMPTY else branch
            for branch in pair
        )
        if bits == 28:
            middle = (left >> 24) << 4 | right >> 24
            body += (left & 0xFFFFFF).to_bytes(3) + bytes([middle]) + (right & 0xFFFFFF).to_bytes(3)
        else:
            body += left.to_bytes(bits // 8) + right.to_bytes(bits // 8)
    metadata = dump(Tree(tree.children, tree.records, tree.metadata)).split(b"\xab\xcd\xefMaxMind.com")[1]
    metadata = metadata.replace(
        encode("record_size") + b"\xa1\x18", encode("record_size") + b"\xa1" + bytes([bits])
    )
    return body + bytes(16) + data + b"\xab\xcd\xefMaxMind.com" + metadata


def test_a_database_too_large_for_24_bits_is_written_with_32(tmp_path: Path) -> None:
    table: dict[Network, Any] = {
        ip_network(f"{n}.0.0.0/8"): {"text": [chr(n) * 30_000] * 6} for n in range(1, 101)
    }
    path = tmp_path / "large.mmdb"
    path.write_bytes(dump(build(table)))
    with maxminddb.open_database(path) as reader:
        assert reader.metadata().record_size == 32
        assert reader.get("100.1.2.3") == {"text": ["d" * 30_000] * 6}


@settings(max_examples=40, deadline=None)
@given(table=tables, network=networks, emptied=st.booleans())
def test_a_graft_changes_one_network_and_nothing_else(
    table: dict[Network, Any], network: Network, emptied: bool
) -> None:
    tree = build(table)
    grafted = tree.grafted(network, EMPTY if emptied else FIRST)
    inside = {kept: record for kept, record in table.items() if not is_under(kept, network)}
    wanted = {**inside, network: None if emptied else tree.records[0]}
    for address in edges({**table, network: None}):
        assert answer(grafted, address) == expected(wanted, address)


def is_under(network: Network, other: Network) -> bool:
    return network.version == other.version and network.subnet_of(other)  # type: ignore[arg-type]


def answer(tree: Tree, address: IPv4Address | IPv6Address) -> Any:
    branch = tree.branch(ip_network(address))
    return tree.records[FIRST - branch] if branch < EMPTY else None


def test_networks_counts_those_with_a_record() -> None:
    table: dict[Network, Any] = {
        ip_network("10.0.0.0/8"): {"a": "b"},
        ip_network("2001:db8::/32"): {"a": "c"},
    }
    assert build(table).networks == 2


WHOLE = dump(build({ip_network("10.0.0.0/8"): {"a": "b"}}))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "metadata is missing"),
        (b"\x7fELF" * 100, "metadata is missing"),
        (WHOLE[:-3], "metadata cannot be read"),
        (b"\xab\xcd\xefMaxMind.com" + encode({"a": "b"}), "metadata cannot be read"),
        (WHOLE[300:], "shorter than its metadata says"),
        (WHOLE.replace(encode({"a": "b"}), b"\xff\xff\xff\xff\xff"), "a record cannot be read"),
    ],
)
def test_what_is_no_database_is_refused(content: bytes, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        read(content)


def test_only_what_records_need_can_be_written() -> None:
    with pytest.raises(TypeError, match="float"):
        encode({"a": 1.5})
    with pytest.raises(ValueError, match="too long"):
        encode("x" * 70_000)


def test_an_empty_branch_stays_empty() -> None:
    tree = Tree(np.full((1, 2), EMPTY, np.int32), (), METADATA)
    assert read(dump(tree)).networks == 0
