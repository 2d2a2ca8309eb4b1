"""What limits add to one edge: six limiters, a part of the stamp, the check API, and the way to admission."""

from importlib.resources import files

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
    limits = section(context.config)
    state = context.state.get("limits") or NO_STATE
    return Contribution(
        filters=(*limiters(limits), *checkapi.filters(), *admit.filters(limits)),
        routes=(*checkapi.routes(), *admit.routes(context)),
        clusters=tuple(admit.clusters(context)),
        providers=checkapi.providers(context),
        lua=(_stamp(context, state),),
        turned=tuple(admit.turned(context.config)),
        internal=INTERNAL,
        echoed=(PLAN,),
        files={
            admission.FILE: admission.settings_of(context.config, state),
            traffic.FILE: traffic.fold_settings(context.config, state),
        },
    )


def _stamp(context: EdgeContext, state: LimitsState) -> LuaPart:
    source = files("meridian.limits") / "lua"
    code = "".join((source / f"{name}.lua").read_text() for name in _PARTS)
    answer = (source / "answer.lua").read_text()
    known = {"limits": tables(context.config, state, context.region)}
    first = (source / "first.lua").read_text()
    return LuaPart("limits", code, known, order=60, response=answer, first=first)
