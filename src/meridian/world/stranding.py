"""Whose users have nowhere to go, when every location of a region is down or drained: what a person must read first."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from meridian.config.schema.root import Config

NAMED = 3
"""Features named in a sentence before it says "..."."""


def sentences(
    world: Mapping[str, Any], drains: Sequence[Mapping[str, Any]], active: Callable[[], Any]
) -> list[str]:
    """world: as the supervisor describes itself. active: the active configuration as control tells it, or None; asked only
    when a region has no location left."""
    away = _away(world, drains)
    gone = [region for region, there in world["regions"].items() if there and away.issuperset(there)]
    if not gone:
        return []
    told = active()
    every = [f"every location of {region} is down or drained" for region in gone]
    if not told:
        return every
    return list(_stranded(_config(told["text"]), away)) or every


def _away(world: Mapping[str, Any], drains: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Locations that serve nobody."""
    down = {
        process["name"].removeprefix("app:")
        for process in world["processes"]
        if process["state"] != "running"
    }
    cut = {fault["target"] for fault in world["faults"] if fault["verb"] in ("kill", "partition")}
    return frozenset(down | cut | {drain["location"] for drain in drains if drain["share"] >= 1})


def _config(text: str) -> "Config":
    # These take half a second to import, and most of the time nobody is stranded.
    from meridian.config.loading import load
    from meridian.config.model import config_model
    from meridian.features import features

    return load(text, config_model(features()), name="the active configuration").config


def _stranded(config: "Config", away: frozenset[str]) -> Iterator[str]:
    from meridian.regions.drain.survivors import stranded

    for user in config.regions:
        lost = stranded(config, user, away, ())
        if not lost:
            continue
        if len(lost) == len(config.features):
            yield f"users of {user} have nowhere to go"
            continue
        named = ", ".join(lost[:NAMED]) + (", ..." if len(lost) > NAMED else "")
        yield f"users of {user} have nowhere to go for {len(lost)} of {len(config.features)} features ({named})"
