"""Small snapshots, written by hand: one listener, one route table, one extension, two services."""

import json
from typing import Any

from meridian.envoy.snapshot import Json, Snapshot, canonical, response

TYPE = "type.googleapis.com/"
LUA = TYPE + "envoy.extensions.filters.http.lua.v3.Lua"
HCM = TYPE + "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
SERVICES = ("chat@EU", "feed@EU")


def snapshot(
    port: int,
    *,
    answer: str = "one",
    lua: str = "function envoy_on_request(handle) end",
    services: tuple[str, ...] = SERVICES,
    upstream: int = 9,
    upstream_host: str = "127.0.0.1",
    agent: Json | None = None,
    number: int = 1,
    host: str = "127.0.0.1",
) -> Snapshot:
    """An edge of EU whose `/answer` says `answer`."""
    resources = {
        "listeners.json": response([listener(host, port)]),
        "clusters.json": response([cluster(name) for name in services]),
        "routes/public.json": response([routes(answer, services)]),
        "extensions/stamp.json": response([extension(lua)]),
    }
    for name in services:
        resources[f"endpoints/{name}.json"] = response([endpoints(name, upstream_host, upstream)])
    settings = {"drain": 1, "access_log": {"max_bytes": 1_000_000, "keep": 2}} | (agent or {})
    resources["agent.json"] = canonical(settings)
    return Snapshot("EU", resources, number)


def listener(host: str, port: int) -> Json:
    manager = {
        "@type": HCM,
        "stat_prefix": "public",
        "rds": {"route_config_name": "public", "config_source": source("routes/public.json")},
        "access_log": [
            {
                "name": "file",
                "typed_config": {
                    "@type": TYPE + "envoy.extensions.access_loggers.file.v3.FileAccessLog",
                    "path": "log/access.log",
                },
            }
        ],
        "http_filters": [
            {
                "name": "stamp",
                "config_discovery": {
                    "config_source": source("extensions/stamp.json"),
                    "type_urls": [LUA],
                },
            },
            {
                "name": "router",
                "typed_config": {"@type": TYPE + "envoy.extensions.filters.http.router.v3.Router"},
            },
        ],
    }
    return {
        "@type": TYPE + "envoy.config.listener.v3.Listener",
        "name": "public",
        "address": {"socket_address": {"address": host, "port_value": port}},
        "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}],
    }


def cluster(name: str) -> Json:
    return {
        "@type": TYPE + "envoy.config.cluster.v3.Cluster",
        "name": name,
        "type": "EDS",
        "connect_timeout": "0.5s",
        "eds_cluster_config": {"eds_config": source(f"endpoints/{name}.json")},
    }


def routes(answer: str, services: tuple[str, ...]) -> Json:
    answers = {
        "match": {"path": "/answer"},
        "direct_response": {"status": 200, "body": {"inline_string": answer}},
    }
    onward = [
        {"match": {"prefix": f"/{name.partition('@')[0]}"}, "route": {"cluster": name}} for name in services
    ]
    return {
        "@type": TYPE + "envoy.config.route.v3.RouteConfiguration",
        "name": "public",
        "virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [answers, *onward]}],
    }


def extension(lua: str) -> Json:
    return {
        "@type": TYPE + "envoy.config.core.v3.TypedExtensionConfig",
        "name": "stamp",
        "typed_config": {"@type": LUA, "default_source_code": {"inline_string": lua}},
    }


def endpoints(name: str, host: str, port: int) -> Json:
    address = {"socket_address": {"address": host, "port_value": port}}
    return {
        "@type": TYPE + "envoy.config.endpoint.v3.ClusterLoadAssignment",
        "cluster_name": name,
        "endpoints": [
            {
                "locality": {"zone": "europe-west1"},
                "lb_endpoints": [{"endpoint": {"address": address}}],
            }
        ],
    }


def source(file: str) -> Json:
    return {"path_config_source": {"path": f"xds/{file}"}, "resource_api_version": "V3"}


def inlined(of: Snapshot) -> Json:
    """Routes and extension in the listener, endpoints in the clusters."""

    def first(name: str) -> Any:
        resource = json.loads(of.resources[name])["resources"][0]
        return {key: value for key, value in resource.items() if key != "@type"}

    shown = first("listeners.json")
    manager = shown["filter_chains"][0]["filters"][0]["typed_config"]
    del manager["rds"]
    manager["route_config"] = first("routes/public.json")
    manager["http_filters"][0] = {
        "name": "stamp",
        "typed_config": first("extensions/stamp.json")["typed_config"],
    }
    clusters = []
    for each in json.loads(of.resources["clusters.json"])["resources"]:
        bare = {
            key: value for key, value in each.items() if key not in ("@type", "eds_cluster_config", "type")
        }
        clusters.append(bare | {"type": "STATIC", "load_assignment": first(f"endpoints/{each['name']}.json")})
    return {
        "node": {"id": "test", "cluster": "test"},
        "static_resources": {"listeners": [shown], "clusters": clusters},
    }
