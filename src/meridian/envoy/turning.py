"""Turns filters on for the routes that need them: those of one feature of the app."""

from collections.abc import Sequence
from dataclasses import replace

from meridian.core.errors import MeridianError
from meridian.envoy.contribution import Contribution, Filter, Route
from meridian.envoy.snapshot import Json
from meridian.envoy.types import FILTER_CONFIG, typed


def turned_on(
    routes: Sequence[Route], filters: Sequence[Filter], contributions: Sequence[Contribution]
) -> list[Route]:
    """The routes with what is turned on for their feature. Envoy picks a request's filters by the first route it matches, before
    the stamp has decided, so every route of the feature says the same.

    Raises MeridianError when something is turned on that no feature added."""
    wanted: dict[str, dict[str, Json]] = {}
    present = {(each.name, each.peer) for each in filters}
    for contribution in contributions:
        for turned in contribution.turned:
            if not {(turned.filter, False), (turned.filter, True)} & present:
                raise MeridianError(f"there is no filter {turned.filter} to turn on", "add it first")
            wanted.setdefault(turned.feature, {})[turned.filter] = on(turned.config)
    return [_with(route, wanted, present) for route in routes]


def on(config: Json | None = None) -> Json:
    """What stands in a route's `typed_per_filter_config` for a filter that is off elsewhere."""
    return config if config is not None else typed(FILTER_CONFIG, config={})


def _with(route: Route, wanted: dict[str, dict[str, Json]], present: set[tuple[str, bool]]) -> Route:
    about = route.config.get("metadata", {}).get("filter_metadata", {}).get("meridian", {})
    given = wanted.get(about.get("feature", ""), {})
    here = {name: config for name, config in given.items() if (name, route.peer) in present}
    return replace(route, config={**route.config, "typed_per_filter_config": here}) if here else route
