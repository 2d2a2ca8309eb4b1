"""Type URLs of the Envoy extensions in use, and the two shapes in which every one of them is written."""

from meridian.envoy.snapshot import Json

_PREFIX = "type.googleapis.com/"
_FILTERS = "envoy.extensions.filters.http."

LISTENER = "envoy.config.listener.v3.Listener"
CLUSTER = "envoy.config.cluster.v3.Cluster"
ROUTES = "envoy.config.route.v3.RouteConfiguration"
ROUTE_LIST = "envoy.config.route.v3.RouteList"
ENDPOINTS = "envoy.config.endpoint.v3.ClusterLoadAssignment"
EXTENSION = "envoy.config.core.v3.TypedExtensionConfig"
HCM = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
ROUTER = _FILTERS + "router.v3.Router"
LUA = _FILTERS + "lua.v3.Lua"
JWT = _FILTERS + "jwt_authn.v3.JwtAuthentication"
GEOIP = _FILTERS + "geoip.v3.Geoip"
IP_TAGGING = _FILTERS + "ip_tagging.v3.IPTagging"
RBAC = _FILTERS + "rbac.v3.RBAC"
LOCAL_RATELIMIT = _FILTERS + "local_ratelimit.v3.LocalRateLimit"
JSON_TO_METADATA = _FILTERS + "json_to_metadata.v3.JsonToMetadata"
EXT_AUTHZ = _FILTERS + "ext_authz.v3.ExtAuthz"
FILTER_CONFIG = "envoy.config.route.v3.FilterConfig"
COMPRESSOR = _FILTERS + "compressor.v3.Compressor"
HEADER_MUTATION = "envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation"
XFF = "envoy.extensions.http.original_ip_detection.xff.v3.XffConfig"
CUSTOM_HEADER = "envoy.extensions.http.original_ip_detection.custom_header.v3.CustomHeaderConfig"
MAXMIND = "envoy.extensions.geoip_providers.maxmind.v3.MaxMindConfig"
GZIP = "envoy.extensions.compression.gzip.compressor.v3.Gzip"
FILE_LOG = "envoy.extensions.access_loggers.file.v3.FileAccessLog"
CEL_FILTER = "envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter"
HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
DOWNSTREAM_TLS = "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext"
UPSTREAM_TLS = "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext"
PREVIOUS_HOSTS = "envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"
PREVIOUS_PRIORITIES = "envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig"


def url(kind: str) -> str:
    """The `@type` of a message, and the type URL in an xDS response."""
    return _PREFIX + kind


def typed(kind: str, **fields: object) -> Json:
    """A `google.protobuf.Any` in JSON."""
    return {"@type": url(kind), **fields}


def extension(name: str, config: Json) -> Json:
    """A `TypedExtensionConfig` in JSON."""
    return {"name": name, "typed_config": config}


def seconds(duration: float) -> str:
    """A `google.protobuf.Duration` in JSON."""
    return f"{duration:.6f}".rstrip("0").rstrip(".") + "s"


def address(host_port: str) -> Json:
    """An Envoy address from host:port; IPv6 hosts stand in brackets."""
    host, _, port = host_port.rpartition(":")
    return {"socket_address": {"address": host.strip("[]"), "port_value": int(port)}}
