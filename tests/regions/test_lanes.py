"""Lanes written out, as each edge sees them, and while a location is being drained."""

import pytest

from meridian.config.inventory import Inventory
from meridian.envoy.cluster import Hop
from meridian.regions.compile import LONGEST_NAME, cluster_name
from meridian.regions.lanes import Lane, drained, hops, lanes, own_part
from tests.support.configs import local_inventory, small

OPEN_CHAIN = ("us-central1", "europe-west1", "europe-west4", "asia-south1")


def test_every_way_a_feature_can_take() -> None:
    found = [lane for lane in lanes(small()) if lane.feature in ("chat", "chat-search", "wallet")]
    eu, us, apac = ("europe-west1", "europe-west4"), ("us-central1",), ("asia-south1",)
    assert found == [
        Lane("chat", "", "EU", "gdpr", eu),
        Lane("chat", "", "US", "ccpa", us),
        Lane("chat", "", "APAC", "apac", apac),
        Lane("chat-search", "EU", "EU", "gdpr", eu),
        Lane("chat-search", "US", "US", "ccpa", us),
        Lane("chat-search", "APAC", "APAC", "apac", apac),
        Lane("wallet", "", "EU", "gdpr", eu),
    ]


def test_an_edge_sees_its_own_locations_and_the_other_regions_edges() -> None:
    config = small()
    where = local_inventory(config)
    seen = {
        region: [(hop.kind, hop.name) for hop in hops(config, where, region, "media", OPEN_CHAIN)]
        for region in config.regions
    }
    assert seen == {
        "EU": [("peer", "US"), ("location", "europe-west1"), ("location", "europe-west4"), ("peer", "APAC")],
        "US": [("location", "us-central1"), ("peer", "EU"), ("peer", "APAC")],
        "APAC": [("peer", "US"), ("peer", "EU"), ("location", "asia-south1")],
    }


def test_a_region_without_an_address_is_skipped() -> None:
    config = small()
    assert [hop.name for hop in hops(config, Inventory(), "US", "media", OPEN_CHAIN)] == ["us-central1"]


def test_what_is_handed_over_uses_the_regions_own_part_of_the_chain() -> None:
    assert own_part(small(), "EU", OPEN_CHAIN) == ("europe-west1", "europe-west4")
    assert own_part(small(), "EU", ("us-central1", "europe-west4")) == ("europe-west4",)
    assert own_part(small(), "EU", ("us-central1",)) == ()


A, B, C = (Hop(name, "location", (f"{name}:1",)) for name in "abc")


@pytest.mark.parametrize(
    ("drains", "groups"),
    [
        ({}, ({A: 100}, {B: 100}, {C: 100})),
        ({"a": 0.3}, ({A: 70, B: 30}, {C: 100})),
        ({"a": 1.0}, ({B: 100}, {C: 100})),
        ({"b": 0.5}, ({A: 100}, {B: 100}, {C: 100})),
        ({"b": 1.0}, ({A: 100}, {C: 100})),
        ({"a": 0.5, "b": 1.0}, ({A: 50, C: 50},)),
        ({"a": 1.0, "b": 1.0, "c": 1.0}, ()),
        ({"a": 0.001}, ({A: 100}, {B: 100}, {C: 100})),
    ],
)
def test_draining(drains: dict[str, float], groups: tuple[dict[Hop, int], ...]) -> None:
    assert drained((A, B, C), drains) == groups


def test_a_cluster_is_named_after_its_service_and_chain_in_a_length_that_a_file_may_have() -> None:
    assert cluster_name("chat", ("a", "b")) == "chat@a+b"
    assert cluster_name("chat", ()) == "chat@nowhere"
    long = [f"{'location' * 7}-{n}" for n in range(20)]
    names = {cluster_name("chat", long), cluster_name("chat", long[:-1])}
    assert len(names) == 2
    assert all(len(name) <= LONGEST_NAME + 17 for name in names)
