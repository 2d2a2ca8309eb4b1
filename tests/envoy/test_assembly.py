"""What features contribute is put in the order of the chain, and two that get in each other's way are told so."""

import json
from typing import Any

import pytest

from meridian.core.errors import MeridianError
from meridian.envoy.assembly import assemble
from meridian.envoy.contribution import Cluster, Contribution, EdgeContext, Filter, Route, Slot
from meridian.envoy.table import routes_of
from meridian.envoy.types import RBAC, typed
from tests.support.configs import KEYS, local_inventory, small

CONFIG = small()
CONTEXT = EdgeContext(CONFIG, local_inventory(CONFIG), "EU", jwks=KEYS)


def chain(*contributions: Contribution) -> list[dict[str, Any]]:
    (public, _) = json.loads(assemble(CONTEXT, contributions).resources["listeners.json"])["resources"]
    manager = public["filter_chains"][0]["filters"][0]["typed_config"]
    return list(manager["http_filters"])


def test_the_chain_is_in_the_order_of_the_slots_and_its_empty_places_let_everything_pass() -> None:
    names = [
        "country",
        "tokens",
        "stamp",
        "refuse",
        "compress",
        "envoy.filters.http.router",
    ]
    assert [each["name"] for each in chain()] == names


def test_a_feature_that_fills_a_place_takes_it_and_changes_no_other_filter() -> None:
    mine = Filter(Slot.REFUSE, "refuse", typed(RBAC, rules={}), volatile=True)
    assert chain(Contribution(filters=(mine,))) == chain(), (
        "a volatile filter's content is no part of the listener"
    )
    lists = Filter(Slot.LISTS, "lists", typed(RBAC), disabled=True)
    first, *rest = chain(Contribution(filters=(lists,)))
    assert (first["name"], first["disabled"]) == ("lists", True)
    assert rest == chain()


def test_what_changes_often_is_delivered_apart() -> None:
    found = {each["name"]: "config_discovery" in each for each in chain()}
    assert [name for name, apart in found.items() if apart] == ["tokens", "stamp", "refuse"]


def test_two_filters_of_one_name_are_refused() -> None:
    one = Contribution(filters=(Filter(Slot.REFUSE, "refuse", typed(RBAC)),))
    with pytest.raises(
        MeridianError, match="two features add an HTTP filter named refuse; rename one of them"
    ):
        assemble(CONTEXT, [one, one])


def test_a_cluster_of_two_features_is_one_or_refused() -> None:
    first, same, other = (
        Contribution(clusters=(Cluster({"name": "c", "type": kind}),))
        for kind in ("STATIC", "STATIC", "STRICT_DNS")
    )
    assert len(json.loads(assemble(CONTEXT, [first, same]).resources["clusters.json"])["resources"]) == 1
    with pytest.raises(MeridianError, match="two features define the cluster c differently"):
        assemble(CONTEXT, [first, other])


def test_routes_are_matched_in_their_order_and_each_on_its_listener() -> None:
    routes = [Route({"match": {"path": f"/{n}"}}, order=n, peer=n == 2) for n in (3, 1, 2)]
    resources = assemble(CONTEXT, [Contribution(routes=tuple(routes))]).resources
    paths = {
        name: [
            route["match"]["path"]
            for route in routes_of(
                json.loads(resources[f"routes/{name}.json"])["resources"][0]["virtual_hosts"][0]
            )
        ]
        for name in ("public", "peer")
    }
    assert paths == {"public": ["/__meridian/ready", "/1", "/3"], "peer": ["/2"]}


def test_without_keys_there_is_nobody_to_verify() -> None:
    bare = EdgeContext(CONFIG, local_inventory(CONFIG), "EU")
    tokens = json.loads(assemble(bare, []).resources["extensions/tokens.json"])["resources"][0][
        "typed_config"
    ]
    assert tokens["providers"] == {}
    assert tokens["rules"] == []
