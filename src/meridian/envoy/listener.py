"""The two listeners of an edge: one for clients, with the whole filter chain, and one for the other regions' edges.

Both take their routes by RDS and their volatile filters by ECDS, so that hardly anything ever changes a listener: a changed
listener drains its connections.
"""

from collections.abc import Sequence

from meridian.config.schema.edge import ClientAddress, Edge, PeerTls
from meridian.envoy import accesslog, localreply
from meridian.envoy.contribution import Filter
from meridian.envoy.snapshot import Json
from meridian.envoy.types import (
    CUSTOM_HEADER,
    DOWNSTREAM_TLS,
    HCM,
    HEADER_MUTATION,
    LISTENER,
    ROUTER,
    XFF,
    address,
    extension,
    typed,
    url,
)

RESERVED = "x-meridian-"
"""Header prefix that only Meridian writes; sent by a client, it is removed before anything looks at it."""


def public(edge: Edge, listen: str, filters: Sequence[Filter], echoed: Sequence[str] = ()) -> Json:
    """The listener for clients. echoed: see `Contribution`."""
    manager = _manager("public", edge) | {
        "local_reply_config": localreply.config(echoed),
        "early_header_mutation_extensions": [_strip()],
        "access_log": [accesslog.config()],
        "http_filters": [*(chained(each) for each in filters), _router()],
        **_client_address(edge.client_address),
    }
    chain: Json = {"filters": [extension("envoy.filters.network.http_connection_manager", manager)]}
    if edge.client_address.others == "refuse":
        chain["filter_chain_match"] = {
            "direct_source_prefix_ranges": [_prefix(c) for c in edge.client_address.trusted]
        }
    if edge.tls:
        chain["transport_socket"] = _tls(edge.tls.certificate, edge.tls.key)
    return _listener("public", listen, chain)


def peer(edge: Edge, listen: str, filters: Sequence[Filter]) -> Json:
    """The listener for the other regions' edges, which have stamped and decided already."""
    manager = _manager("peer", edge) | {
        "http_filters": [*(chained(each) for each in filters), _router()],
        "use_remote_address": False,
        "skip_xff_append": True,
    }
    chain: Json = {"filters": [extension("envoy.filters.network.http_connection_manager", manager)]}
    if edge.peer_tls:
        chain["transport_socket"] = _mutual(edge.peer_tls)
    return _listener("peer", listen, chain)


def chained(each: Filter) -> Json:
    """A filter's place in the chain: its configuration, or where ECDS finds it."""
    place: Json = {"name": each.name}
    if each.disabled:
        place["disabled"] = True
    if not each.volatile:
        return place | {"typed_config": each.config}
    discovery = {"config_source": source(extension_file(each.name)), "type_urls": [each.config["@type"]]}
    return place | {"config_discovery": discovery}


def extension_file(name: str) -> str:
    return f"extensions/{name}.json"


def routes_file(name: str) -> str:
    return f"routes/{name}.json"


def source(file: str) -> Json:
    """Filesystem xDS. Envoy watches the file itself: moving a new one into its place is what it reacts to."""
    return {"path_config_source": {"path": f"xds/{file}"}, "resource_api_version": "V3"}


def _listener(name: str, listen: str, chain: Json) -> Json:
    return {
        "@type": url(LISTENER),
        "name": name,
        "address": address(listen),
        "filter_chains": [chain],
        "per_connection_buffer_limit_bytes": 262_144,
        "enable_reuse_port": True,
        "tcp_backlog_size": 4096,
    }


def _manager(name: str, edge: Edge) -> Json:
    return typed(
        HCM,
        stat_prefix=name,
        server_name="meridian",
        rds={"config_source": source(routes_file(name)), "route_config_name": name},
        local_reply_config=localreply.config(),
        normalize_path=True,
        merge_slashes=True,
        path_with_escaped_slashes_action="REJECT_REQUEST",
        stream_idle_timeout="75s",
        request_headers_timeout="10s",
        max_request_headers_kb=32,
        drain_timeout=f"{edge.drain}s",
        common_http_protocol_options={
            "idle_timeout": "300s",
            "headers_with_underscores_action": "DROP_HEADER",
            "max_headers_count": 100,
        },
        http2_protocol_options={"max_concurrent_streams": 100, "initial_stream_window_size": 65_536},
    )


def _client_address(rule: ClientAddress) -> Json:
    """Whose word counts. Without trusted proxies, the connection's own address, appended to X-Forwarded-For."""
    if not rule.trusted:
        return {"use_remote_address": True}
    if rule.header == "cf-connecting-ip":
        header = typed(CUSTOM_HEADER, header_name=rule.header, allow_extension_to_set_address_as_trusted=True)
        detect = extension("envoy.http.original_ip_detection.custom_header", header)
    else:
        trusted = {"cidrs": [_prefix(cidr) for cidr in rule.trusted]}
        xff = typed(XFF, xff_trusted_cidrs=trusted, skip_xff_append=False)
        detect = extension("envoy.http.original_ip_detection.xff", xff)
    return {"original_ip_detection_extensions": [detect]}


def _prefix(cidr: str) -> Json:
    base, _, length = cidr.partition("/")
    return {"address_prefix": base, "prefix_len": int(length)}


def _strip() -> Json:
    """Also Envoy's own control headers: where the client's address comes from an extension, Envoy leaves them in. Names are in
    lower case by the time they are looked at."""
    mutations = [
        {"remove_on_match": {"key_matcher": {"prefix": prefix}}} for prefix in (RESERVED, "x-envoy-")
    ]
    return extension("strip", typed(HEADER_MUTATION, mutations=mutations))


def _router() -> Json:
    return extension("envoy.filters.http.router", typed(ROUTER, suppress_envoy_headers=True))


def _tls(certificate: str, key: str) -> Json:
    common = {
        "tls_params": {"tls_minimum_protocol_version": "TLSv1_3", "tls_maximum_protocol_version": "TLSv1_3"},
        "tls_certificates": [
            {"certificate_chain": {"filename": certificate}, "private_key": {"filename": key}}
        ],
        "alpn_protocols": ["h2", "http/1.1"],
    }
    return extension("envoy.transport_sockets.tls", typed(DOWNSTREAM_TLS, common_tls_context=common))


def _mutual(tls: PeerTls) -> Json:
    socket = _tls(tls.certificate, tls.key)
    context = socket["typed_config"]
    context["require_client_certificate"] = True
    context["common_tls_context"]["validation_context"] = {"trusted_ca": {"filename": tls.ca}}
    return socket
