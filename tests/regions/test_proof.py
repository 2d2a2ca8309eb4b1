"""The proof objects to compiled bytes that were tampered with: at which edge, through which cluster, to which location."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from meridian.config.inventory import Inventory
from meridian.config.schema.root import Config
from meridian.envoy.compiler import Refused, compile_edges
from meridian.envoy.contribution import Contribution, EdgeContext
from meridian.envoy.snapshot import Json, Snapshot, response
from meridian.envoy.table import routes_of
from meridian.features import features
from meridian.regions.compile import compile_regions
from meridian.regions.proof import prove
from tests.support.configs import local_inventory, small

EU_CHAT = "chat@europe-west1+europe-west4"


def tampered(
    config: Config, where: Inventory, region: str, file: str, change: Callable[[list[Json]], None]
) -> dict[str, Snapshot]:
    """All edges' snapshots, with the resources of one file of one edge changed."""
    snapshots = dict(compile_edges(config, where, features()))
    kept = snapshots[region].resources
    resources = json.loads(kept[file])["resources"]
    change(resources)
    assert response(resources) != kept[file], "nothing was changed"
    snapshots[region] = Snapshot(region, {**kept, file: response(resources)})
    return snapshots


def objections(region: str, file: str, change: Callable[[list[Json]], None]) -> list[str]:
    config, where = small(), local_inventory(small())
    return [str(finding) for finding in prove(config, where, tampered(config, where, region, file, change))]


def endpoint(address: str) -> Json:
    host, _, port = address.rpartition(":")
    at = {"socket_address": {"address": host, "port_value": int(port)}}
    return {"lb_endpoints": [{"endpoint": {"address": at}}], "priority": 9, "locality": {"zone": "?"}}


def adding(region: str, cluster: str, address: str) -> dict[str, Snapshot]:
    """All edges' snapshots, with one more endpoint in one cluster of one edge."""
    config = small()
    where = local_inventory(config)
    file = f"endpoints/{cluster}.json"

    def change(resources: list[Json]) -> None:
        for each in resources:
            if each.get("name", each.get("cluster_name")) == cluster:
                each.get("load_assignment", each)["endpoints"].append(endpoint(address))

    apart = file in compile_edges(config, where, features())[region].resources
    return tampered(config, where, region, file if apart else "clusters.json", change)


def objected(snapshots: Mapping[str, Snapshot]) -> list[str]:
    config = small()
    return [str(finding) for finding in prove(config, local_inventory(config), snapshots)]


def address(location: str) -> str:
    return local_inventory(small()).addresses(location, "default")[0]


def routes(resources: list[Json]) -> list[Json]:
    return list(routes_of(resources[0]["virtual_hosts"][0]))


def about(route: Json) -> Mapping[str, Any]:
    return dict(route.get("metadata", {}).get("filter_metadata", {}).get("meridian", {}))


def test_what_was_compiled_is_proved() -> None:
    config = small()
    where = local_inventory(config)
    assert list(prove(config, where, compile_edges(config, where, features()))) == []


def test_a_forbidden_instance_in_a_cluster_is_named() -> None:
    found = objected(adding("EU", EU_CHAT, address("us-central1")))
    rest = "leads to us-central1, outside residency set gdpr; remove it from the failover chain, or add it to the set"
    assert f"edge EU: cluster {EU_CHAT} of feature chat {rest}" in found
    assert f"edge EU: cluster {EU_CHAT} of feature chat-search {rest}" in found
    # And the edges that hand over to EU, where the same cluster answers for them.
    assert {text.partition(":")[0] for text in found} == {"edge EU", "edge US", "edge APAC"}


def test_a_forbidden_region_in_a_cluster_is_named_once_its_edge_would_take_the_request() -> None:
    """The edge of APAC takes what is handed over for chains that it is part of; this chain is none of them."""
    peer = local_inventory(small()).peers["US"]["APAC"]
    first = adding("US", EU_CHAT, peer)
    assert objected(first) == []

    def open_up(resources: list[Json]) -> None:
        for route in routes(resources):
            route["match"].pop("headers", None)

    config = small()
    second = tampered(config, local_inventory(config), "APAC", "routes/peer.json", open_up)["APAC"]
    found = objected({**first, "APAC": second})
    assert any(
        text.startswith(f"edge US: cluster {EU_CHAT} of feature chat leads to asia-south1,") for text in found
    )


def test_a_peer_route_with_a_wider_chain_is_named_at_the_edge_that_hands_over() -> None:
    def wider(resources: list[Json]) -> None:
        for route in routes(resources):
            if about(route).get("feature") == "wallet":
                route["route"]["cluster"] = "ai@us-central1+europe-west1+europe-west4+asia-south1"

    found = objections("EU", "routes/peer.json", wider)
    where = "cluster wallet@europe-west1+europe-west4 of feature wallet leads to"
    assert [text.partition(",")[0] for text in found] == [
        f"edge {edge}: {where} {location}" for edge in ("US", "APAC") for location in ("APAC", "US")
    ]


def test_a_public_route_to_another_features_cluster_is_named() -> None:
    def misled(resources: list[Json]) -> None:
        route = next(
            each for each in routes(resources) if about(each).get("feature") == "wallet" and "route" in each
        )
        route["route"]["cluster"] = "ai@us-central1+europe-west1+europe-west4+asia-south1"

    found = objections("US", "routes/public.json", misled)
    # The edge of APAC would not take the wallet's requests, so only the US instance itself is reached.
    assert {text.partition(",")[0].rpartition(" ")[2] for text in found} == {"us-central1"}


def test_the_set_comes_from_the_policy_and_not_from_the_bytes() -> None:
    """A route that says of itself that nothing binds it is still held to its feature's set."""

    def unbound(resources: list[Json]) -> None:
        for route in routes(resources):
            if about(route).get("feature") == "wallet" and "route" in route:
                route["metadata"]["filter_metadata"]["meridian"]["bound"] = "open"
                route["route"]["cluster"] = "media@us-central1+europe-west1+europe-west4+asia-south1"

    assert any(
        "of feature wallet leads to us-central1" in text
        for text in objections("US", "routes/public.json", unbound)
    )


@pytest.mark.parametrize(
    ("action", "leak"),
    [
        ({"weighted_clusters": {"clusters": [{"name": "chat@us-central1", "weight": 1}]}}, "us-central1"),
        ({"request_mirror_policies": [{"cluster": "chat@us-central1"}]}, "us-central1"),
        ({"cluster_header": "x-anything"}, "a cluster that the request names itself"),
        ({"cluster": "no-such-cluster"}, "no-such-cluster"),
    ],
)
def test_every_way_a_route_can_send_a_request_is_followed(action: Json, leak: str) -> None:
    def other(resources: list[Json]) -> None:
        for route in routes(resources):
            if about(route).get("feature") == "wallet" and "route" in route:
                keep = {"cluster": route["route"]["cluster"]} if "request_mirror_policies" in action else {}
                route["route"] = {**keep, **action}

    assert any(f"leads to {leak}," in text for text in objections("US", "routes/public.json", other))


def test_an_address_that_belongs_to_nobody_is_no_allowed_location() -> None:
    found = objected(adding("EU", EU_CHAT, "203.0.113.7:80"))
    assert "leads to an unknown address (203.0.113.7:80), outside residency set gdpr" in found[0]


def test_an_address_of_two_locations_counts_as_both() -> None:
    config = small()
    where = local_inventory(config)
    shared = {**where.instances, "us-central1": where.instances["europe-west1"]}
    both = Inventory(shared, where.peers, where.listen)
    with pytest.raises(Refused, match=r"edge EU: cluster wallet@.* leads to us-central1"):
        compile_edges(config, both, features())


def test_a_feature_that_compiles_a_leak_is_refused() -> None:
    """The compiler itself, with a feature whose compilation does not keep to the sets."""

    class Leaking:
        name = "leaking"

        @staticmethod
        def compile(context: EdgeContext) -> Contribution:
            opened = {
                name: {**each.model_dump(), "residency": "open", "failover": "any"}
                for name, each in context.config.features.items()
            }
            lax = Config.model_validate(
                {**context.config.model_dump(exclude_unset=True, mode="json"), "features": _plain(opened)}
            )
            return compile_regions(EdgeContext(lax, context.inventory, context.region))

        prove = staticmethod(prove)

    config = small()
    with pytest.raises(Refused) as refused:
        compile_edges(config, local_inventory(config), [Leaking()])
    named = {(finding.what.split(":")[0], finding.path) for finding in refused.value.findings}
    assert {edge for edge, _ in named} == {"edge EU", "edge US", "edge APAC"}
    assert ("edge US", ("residency", "gdpr")) in named


def _plain(sections: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {
        name: {key: value for key, value in each.items() if value is not None}
        for name, each in sections.items()
    }
