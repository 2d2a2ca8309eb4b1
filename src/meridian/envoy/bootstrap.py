"""What Envoy is started with. Everything else reaches it through the files of the edge's `xds/` folder.

The files are watched one by one (no `watched_directory`), so moving one into its place is all it takes to
deliver it.
"""

from pathlib import Path

from meridian.envoy.snapshot import Json

CONNECTIONS = "type.googleapis.com/envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig"


def bootstrap(region: str, instance: str, admin: Path, max_connections: int) -> Json:
    """The bootstrap of one Envoy.

    admin: path of its Unix socket (at most 107 bytes). max_connections: client connections of the whole
    process; further ones are refused.
    """
    return {
        "node": {"id": instance, "cluster": region},
        "admin": {"address": {"pipe": {"path": str(admin), "mode": 0o600}}},
        "dynamic_resources": {"lds_config": _file("listeners.json"), "cds_config": _file("clusters.json")},
        "overload_manager": {
            "resource_monitors": [
                {
                    "name": "envoy.resource_monitors.global_downstream_max_connections",
                    "typed_config": {
                        "@type": CONNECTIONS,
                        "max_active_downstream_connections": max_connections,
                    },
                }
            ]
        },
        "layered_runtime": {
            "layers": [{"name": "base", "static_layer": {}}, {"name": "admin", "admin_layer": {}}]
        },
        # Nothing of ours reads tags: names are matched whole, and extracting tags costs time with every new
        # cluster.
        "stats_config": {"use_all_default_tags": False},
    }


def _file(name: str) -> Json:
    return {"path_config_source": {"path": f"xds/{name}"}, "resource_api_version": "V3"}
