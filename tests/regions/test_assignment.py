"""Endpoints read and put in another order: the same endpoints, nothing lost."""

import json

from hypothesis import given
from hypothesis import strategies as st

from meridian.envoy.cluster import Hop, endpoints
from meridian.envoy.snapshot import response
from meridian.regions.assignment import Assignment

HOPS = tuple(Hop(name, "location", (f"10.0.0.{n}:80", f"10.0.1.{n}:80")) for n, name in enumerate("abcd", 1))


def test_what_was_compiled_is_read_back() -> None:
    found = Assignment.parse(response([endpoints("c", [{hop: 100} for hop in HOPS])]))
    assert (found.cluster, found.zones, found.shared) == ("c", ("a", "b", "c", "d"), False)


def test_a_divided_first_priority_is_seen() -> None:
    first, second, *_ = HOPS
    assert Assignment.parse(response([endpoints("c", [{first: 70, second: 30}])])).shared


def test_a_cluster_without_endpoints_has_no_zones() -> None:
    assert Assignment.parse(response([endpoints("c", [])])).zones == ()


@given(st.permutations("abcd"), st.integers(1, 99))
def test_another_order_keeps_every_endpoint(order: list[str], share: int) -> None:
    content = response([endpoints("c", [{hop: 100} for hop in HOPS])])
    first, second, *others = order
    new = Assignment.parse(content).reordered(
        ({first: share, second: 100 - share}, *({zone: 100} for zone in others))
    )
    before, after = (
        {
            each["locality"]["zone"]: each["lb_endpoints"]
            for each in json.loads(text)["resources"][0]["endpoints"]
        }
        for text in (content, new)
    )
    assert before == after
    read = Assignment.parse(new)
    assert set(read.zones[:2]) == {first, second}
    assert list(read.zones[2:]) == others
    assert read.shared
