"""Query parameters that a route does not have are refused, and so is one that is given twice.

An answer about another time or place than was asked for looks like a right one."""

from collections import Counter
from collections.abc import Iterator
from typing import get_origin

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from meridian.core.errors import InvalidInput
from meridian.core.suggest import did_you_mean

PREFIX = "/infrastructure/"
"""Edges' own routes are left out: an edge may be a version ahead of control."""


async def only_declared(request: Request) -> None:
    """A dependency. Raises InvalidInput."""
    route = request.scope["route"]
    if not request.url.path.startswith(PREFIX) or not isinstance(route, APIRoute):
        return
    lists = dict(_declared(route.dependant))
    for name, times in Counter(name for name, _ in request.query_params.multi_items()).items():
        if name not in lists:
            todo = did_you_mean(name[:64], lists) or "remove it; this takes none"
            raise InvalidInput(f"there is no query parameter {name[:64]!r} here", todo)
        if times > 1 and not lists[name]:
            raise InvalidInput(f"the query parameter {name!r} is given {times} times", "give it once")


def _declared(dependant: Dependant) -> Iterator[tuple[str, bool]]:
    """The query parameters of a route and of what it depends on, and whether each is a list."""
    for each in dependant.query_params:
        yield each.alias, get_origin(each.field_info.annotation) is list
    for below in dependant.dependencies:
        yield from _declared(below)
