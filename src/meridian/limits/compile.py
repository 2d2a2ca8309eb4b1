"""What limits add to one edge: six limiters, a part of the stamp, the check API, and the way to admission."""

from dataclasses import replace
from functools import lru_cache
from importlib.resources import files

from meridian.config.schema.root import Config
from meridian.core.same import Same
from meridian.envoy.contribution import Contribution, EdgeContext, LuaPart
from meridian.limits import admit, checkapi
from meridian.limits.admission import settings as admission
from meridian.limits.applies import section
from meridian.limits.limiters import INTERNAL, PLAN, limiters
from meridian.limits.state import NO_STATE, LimitsState
from meridian.limits.tables import tables
from meridian.limits.traffic import settings as traffic

_PARTS = ("plans", "states", "admit", "check", "answering", "request")
"""Files of the stamp's part, in the order in which they build on each other."""


def compile_limits(context: EdgeContext) -> Contribution:
    state = context.state.get("limits") or NO_STATE
    return replace(
        _everywhere(Same(context.config), Same(state)),
        routes=(*checkapi.routes(), *admit.routes(context)),
        clusters=tuple(admit.clusters(context)),
        providers=checkapi.providers(context),
    )


@lru_cache(maxsize=4)
def _everywhere(config: Same[Config], state: Same[LimitsState]) -> Contribution:
    """What is the same at every edge, remembered while a compilation goes from one to the next."""
    limits = section(config.value)
    return Contribution(
        filters=(*limiters(limits), *checkapi.filters(), *admit.filters(limits)),
        lua=(_stamp(config.value, state.value),),
        turned=tuple(admit.turned(config.value)),
        internal=INTERNAL,
        echoed=(PLAN,),
        files={
            admission.FILE: admission.settings_of(config.value, state.value),
            traffic.FILE: traffic.fold_settings(config.value, state.value),
        },
    )


def _stamp(config: Config, state: LimitsState) -> LuaPart:
    source = files("meridian.limits") / "lua"
    code = "".join((source / f"{name}.lua").read_text() for name in _PARTS)
    answer, first = ((source / f"{name}.lua").read_text() for name in ("answer", "first"))
    known = {"limits": tables(config, state)}
    return LuaPart("limits", code, known, order=60, response=answer, first=first)
