"""A route table: which list of routes a request is held against.

Routes that a decided request may take are filed under its target region, so that Envoy looks through one region's list instead
of all of them. Routes that ask for no target stand in every list, at their place in the order, so that what a request matches is
what it would match in one long list.
"""

from collections.abc import Iterator, Sequence

from meridian.envoy.contribution import Route
from meridian.envoy.snapshot import Json
from meridian.envoy.types import ROUTE_LIST, typed

TARGET_HEADER = "x-meridian-target"
_INPUT = "envoy.type.matcher.v3.HttpRequestHeaderMatchInput"


def filed(routes: Sequence[Route]) -> Json:
    """The part of a virtual host that holds its routes: a matcher where some are filed, else a plain list."""
    ordered = sorted(routes, key=lambda route: route.order)
    others = [route.config for route in ordered if not route.target]
    targets = sorted({route.target for route in ordered if route.target})
    if not targets:
        return {"routes": others}
    lists = {
        target: _list(target, [route.config for route in ordered if route.target in ("", target)])
        for target in targets
    }
    header = {"name": "target", "typed_config": typed(_INPUT, header_name=TARGET_HEADER)}
    tree = {"input": header, "exact_match_map": {"map": lists}}
    return {"matcher": {"matcher_tree": tree, "on_no_match": _list("others", others)}}


def routes_of(host: Json) -> Iterator[Json]:
    """Every route of a virtual host; one that stands in several lists comes several times."""
    if "routes" in host:
        yield from host["routes"]
        return
    matcher = host["matcher"]
    for held in (*matcher["matcher_tree"]["exact_match_map"]["map"].values(), matcher["on_no_match"]):
        yield from held["action"]["typed_config"]["routes"]


def _list(name: str, routes: list[Json]) -> Json:
    return {"action": {"name": name, "typed_config": typed(ROUTE_LIST, routes=routes)}}
