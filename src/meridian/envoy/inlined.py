"""A snapshot as one static bootstrap, for `envoy --mode validate`.

Envoy's validation mode does not follow every xDS reference, so each is replaced by what it points at.
"""

import json
from collections.abc import Mapping
from typing import Any

from meridian.envoy.listener import routes_file
from meridian.envoy.snapshot import Json, Snapshot, for_envoy


def bootstrap(snapshot: Snapshot) -> Json:
    """A bootstrap without admin or dynamic resources that holds all of the snapshot."""
    files = {name: json.loads(content) for name, content in snapshot.resources.items() if for_envoy(content)}
    static = {
        "listeners": [_bare(_listener(each, files)) for each in _resources(files, "listeners.json")],
        "clusters": [_bare(_cluster(each, files)) for each in _resources(files, "clusters.json")],
    }
    return {"node": {"id": "validate", "cluster": "validate"}, "static_resources": static}


def _listener(listener: Json, files: Mapping[str, Any]) -> Json:
    for chain in listener["filter_chains"]:
        for network in chain["filters"]:
            manager = network["typed_config"]
            table = manager.pop("rds")["route_config_name"]
            manager["route_config"] = _bare(_resources(files, routes_file(table))[0])
            manager["http_filters"] = [_filter(each, files) for each in manager["http_filters"]]
    return listener


def _filter(each: Json, files: Mapping[str, Any]) -> Json:
    if "config_discovery" not in each:
        return each
    path = each["config_discovery"]["config_source"]["path_config_source"]["path"].removeprefix("xds/")
    found = _resources(files, path)[0]["typed_config"]
    return {key: value for key, value in each.items() if key != "config_discovery"} | {"typed_config": found}


def _cluster(cluster: Json, files: Mapping[str, Any]) -> Json:
    eds = cluster.pop("eds_cluster_config", None)
    if eds is None:
        return cluster
    path = eds["eds_config"]["path_config_source"]["path"].removeprefix("xds/")
    return cluster | {"type": "STATIC", "load_assignment": _bare(_resources(files, path)[0])}


def _resources(files: Mapping[str, Any], name: str) -> list[Json]:
    return list(files[name]["resources"])


def _bare(resource: Json) -> Json:
    """Without the `@type` that a resource carries in a response but not in a bootstrap."""
    return {key: value for key, value in resource.items() if key != "@type"}
