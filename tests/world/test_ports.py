import os
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meridian.core.errors import Conflict, InvalidInput
from meridian.world.ports import INTERNAL, Ports, allot, is_free, owner, require_free

THREE: Mapping[str, Sequence[str]] = {"EU": ("w1", "w4"), "US": ("c1",), "APAC": ("s1",)}


def always(port: int) -> bool:
    return True


def test_public_ports_follow_the_base_in_the_order_of_regions() -> None:
    ports = allot(THREE, 9080, None, always)
    assert ports.control == 9080
    assert ports.edges == {"EU": 9081, "US": 9082, "APAC": 9083}
    assert sorted(ports.links) == sorted(f"{a}>{b}" for a in THREE for b in THREE if a != b)


def test_a_restart_keeps_every_port() -> None:
    first = allot(THREE, 8080, None, always)
    assert allot(THREE, 8080, first, always) == first


def test_a_port_that_was_taken_meanwhile_is_replaced_alone() -> None:
    first = allot(THREE, 8080, None, always)
    taken = first.apps["w1"]
    second = allot(THREE, 8080, first, lambda port: port != taken)
    assert second.apps["w1"] != taken
    assert {**second.apps, "w1": 0} == {**first.apps, "w1": 0}


def test_a_new_region_gets_the_next_port_wherever_it_stands_in_the_file() -> None:
    first = allot(THREE, 8080, None, always)
    grown = allot({"MENA": ("m1",), **THREE}, 8080, first, always)
    assert grown.edges == {"MENA": 8084, **first.edges}
    assert {location: grown.apps[location] for location in first.apps} == first.apps


def test_another_base_moves_the_public_ports_only() -> None:
    first = allot(THREE, 8080, None, always)
    second = allot(THREE, 9080, first, always)
    assert second.edges["EU"] == 9081
    assert second.apps == first.apps


@settings(max_examples=40)
@given(
    st.dictionaries(
        st.text("abc", min_size=1), st.lists(st.text("xyz", min_size=1), min_size=1, max_size=3), max_size=6
    ),
    st.sets(st.sampled_from(range(INTERNAL.start, INTERNAL.start + 50))),
)
def test_no_two_parts_ever_share_a_port(topology: Mapping[str, list[str]], busy: set[int]) -> None:
    ports = allot(topology, 8080, None, lambda port: port not in busy)
    parts = [
        ports.base,
        *ports.edges.values(),
        *ports.peers.values(),
        *ports.apps.values(),
        *ports.links.values(),
    ]
    assert len(parts) == len(set(parts))
    assert not busy & set(parts)
    assert len(ports.named()) == len(parts)


@pytest.mark.parametrize("base", [0, 80, 65_530, -1])
def test_a_base_without_room_is_refused(base: int) -> None:
    with pytest.raises(InvalidInput, match="is no base"):
        allot(THREE, base, None, always)


def test_a_port_in_use_is_named_with_its_owner(tmp_path: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        assert not is_free(port)
        assert owner(port).startswith(f"PID {os.getpid()} (")
        with pytest.raises(Conflict, match=rf"port {port} \(the edge of EU\) is in use by PID {os.getpid()}"):
            require_free(Ports(base=1, edges={"EU": port}))
    assert is_free(port)


def test_ports_are_read_back_and_a_damaged_file_is_forgotten(tmp_path: Path) -> None:
    ports = allot(THREE, 8080, None, always)
    ports.save(tmp_path / "ports.json")
    assert Ports.load(tmp_path / "ports.json") == ports
    (tmp_path / "ports.json").write_text("{")
    assert Ports.load(tmp_path / "ports.json") is None
