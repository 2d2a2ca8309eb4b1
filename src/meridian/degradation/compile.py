"""What degradation adds to an edge: while a region is degraded, a part of the stamp that refuses what is off there. Pure.

The stamp knows by then where a request goes, and what changes in it resets no limiter and touches no route. At level 0 nothing is
added. The stamp comes before the limiters, so that what is refused takes nothing from a limit.
"""

from functools import lru_cache
from importlib.resources import files

from meridian.config.schema.root import Config
from meridian.core.degraded import HEADER, mark
from meridian.core.same import Same
from meridian.degradation.plan import WHOLE, Cut, cuts, name_of, said, section
from meridian.degradation.state import NO_STATE, DegradationState
from meridian.envoy.contribution import Contribution, EdgeContext, LuaPart
from meridian.envoy.snapshot import Json, canonical

ORDER = 70
"""After the parts that say where a request goes and which action it is: the access log tells of refused requests, too."""
TYPE = "/docs/problems#degraded"


def compile_degradation(context: EdgeContext) -> Contribution:
    """The answer repeats the level that the stamp wrote into the request; so the routes are the same at every level."""
    config = context.config
    if not section(config).levels:
        return Contribution()
    state = context.state.get("degradation") or NO_STATE
    return _everywhere(Same(config), state.compared)


@lru_cache(maxsize=4)
def _everywhere(config: Same[Config], levels: tuple[tuple[str, int], ...]) -> Contribution:
    """What is the same at every edge, remembered while a compilation goes from one to the next."""
    degraded = tables(config.value, DegradationState(dict(levels)))
    return Contribution(lua=(_stamp(degraded),) if degraded else (), echoed=(HEADER,))


def tables(config: Config, state: DegradationState) -> Json:
    """Region that serves -> its level and what is off there. The same for every edge: each hands over to any region."""
    levels = {region: state.of(region) for region in config.regions}
    made = {level: _table(config, level) for level in set(levels.values()) if level}
    return {region: made[level] for region, level in levels.items() if level}


def _stamp(degraded: Json) -> LuaPart:
    code = files("meridian.degradation").joinpath("degrade.lua").read_text()
    return LuaPart("degradation", code, {"degraded": degraded}, order=ORDER)


def _table(config: Config, level: int) -> Json:
    found = cuts(config, level)
    return {
        "level": str(level),
        "mark": mark(level),
        "retry_after": str(_retry_after(config, level)),
        "off": {
            feature: [_off(config, level, feature, cut) for cut in each] for feature, each in found.items()
        },
    }


def _off(config: Config, level: int, feature: str, cut: Cut) -> Json:
    return {
        "share": cut.off.share,
        "methods": dict.fromkeys(cut.off.methods, True) or None,
        "body": canonical(problem(config, level, feature, cut)).decode() + "\n",
    }


def problem(config: Config, level: int, feature: str, cut: Cut) -> Json:
    """What a client is told whose request is refused (RFC 9457)."""
    settings, wait = section(config), _retry_after(config, level)
    usual = f"{said(feature, cut.off)} is turned off for the moment, so that what is essential goes on."
    return {
        "type": TYPE,
        "title": "Turned off for the moment",
        "status": 503,
        "detail": settings.levels[cut.level].message or usual,
        "feature": feature,
        "level": level,
        "level_name": name_of(settings, level),
        "turned_off": [
            name for name, found in cuts(config, level).items() if WHOLE in [each.off for each in found]
        ],
        "retry_after": wait,
    }


def _retry_after(config: Config, level: int) -> int:
    """Whole seconds; of the level, or of the next lower one that is configured."""
    levels = section(config).levels
    known = [number for number in levels if number <= level]
    return max(1, round(levels[max(known)].retry_after)) if known else 30
