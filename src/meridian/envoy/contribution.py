"""What a feature adds to one edge, and what it is given to work that out. Assembly puts the parts in order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from meridian.config.inventory import Inventory
from meridian.config.schema.root import Config
from meridian.envoy.snapshot import Json


class Slot(IntEnum):
    """The places in an edge's filter chain, in the order in which a request passes them."""

    STRIP = 1
    LISTS = 2
    COUNTRY = 3
    IDENTITY = 4
    BODY = 5
    STAMP = 6
    REFUSE = 7
    NARROW = 8
    WIDE = 9
    ADMIT = 10
    TAIL = 11


@dataclass(frozen=True, slots=True)
class Filter:
    """One HTTP filter. volatile: delivered by ECDS in a file of its own, so that changing it touches nothing else."""

    slot: Slot
    name: str
    config: Json
    volatile: bool = False
    disabled: bool = False
    """Off unless a route turns it on (see `Turned`)."""
    peer: bool = False
    """On the listener for the other regions' edges instead of the one for clients."""


@dataclass(frozen=True, slots=True)
class Turned:
    """A filter that is on for the requests of one feature of the app, on both listeners where both have it. config: its own
    configuration there, or None for the one it has."""

    feature: str
    filter: str
    config: Json | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """One Envoy route. order: lower is matched first; routes of equal order keep the order they were given in."""

    config: Json
    order: int = 100
    peer: bool = False
    """On the listener for the other regions' edges instead of the one for clients."""
    target: str = ""
    """Only for requests decided to go to this region; the route's match says so too (see `envoy.table`)."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """One Envoy cluster. endpoints: its ClusterLoadAssignment, delivered as a file of its own, or None where the cluster
    resolves names itself."""

    config: Json
    endpoints: Json | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """One issuer of tokens for `jwt_authn`. required: whether a token that is present must be valid (401 otherwise) or is
    ignored when it is not."""

    name: str
    config: Json
    required: bool
    path: str = ""
    """Only asked for at this path, where no other is."""


@dataclass(frozen=True, slots=True)
class LuaPart:
    """A part of the edge's one Lua filter.

    tables: Lua-table data by name, available as `data.NAME`. code: local functions, the line `-- For each request:`, and
    the body of `function(handle, data, facts)`; without the line, the body alone. `facts` is a table shared by all parts of a
    request, and local functions are seen by the parts after. order: parts run in ascending order; the regions part has 50.
    response: what runs for every answer, with `handle`; it knows nothing of the request. first: what runs before every part,
    with `handle`; when it returns, none does."""

    name: str
    code: str
    tables: Mapping[str, Any] = field(default_factory=dict)
    order: int = 100
    response: str = ""
    first: str = ""


@dataclass(frozen=True, slots=True)
class Contribution:
    filters: tuple[Filter, ...] = ()
    routes: tuple[Route, ...] = ()
    clusters: tuple[Cluster, ...] = ()
    providers: tuple[Provider, ...] = ()
    lua: tuple[LuaPart, ...] = ()
    turned: tuple[Turned, ...] = ()
    internal: tuple[str, ...] = ()
    """Headers that only this edge needs; removed before a request leaves it."""
    echoed: tuple[str, ...] = ()
    """Request headers that the stamp finds in the answer again. An answer of the app's own with such a header loses it."""
    files: Mapping[str, Json] = field(default_factory=dict)
    """File name -> its content: for others than Envoy, beside the edge."""


@dataclass(frozen=True, slots=True)
class EdgeContext:
    """region: whose edge is compiled. state: feature -> its compile-time state. jwks: public keys by issuer kind: "app" and
    "meridian"."""

    config: Config
    inventory: Inventory
    region: str
    state: Mapping[str, Any] = field(default_factory=dict)
    jwks: Mapping[str, Json] = field(default_factory=dict)
