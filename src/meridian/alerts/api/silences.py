"""Silences, for operators."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from meridian.alerts.api.fields import Changed, IdPath, Reason, ReasonQuery
from meridian.alerts.operations import expire, silence
from meridian.alerts.silences import Silence
from meridian.alerts.store import Records
from meridian.config.schema.base import PositiveDuration
from meridian.core.body import RequestBody
from meridian.core.principal import Principal, Role
from meridian.feature import Control

Values = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=128)]], Field(min_length=1, max_length=50)
]


class SilenceIn(RequestBody):
    """matchers: name -> values, of which an alert must have one, for every name: labels, and `rule`, `group`, `severity` and
    `subject`. A * stands for anything. lasts: as 2h, from now; every silence has an end."""

    matchers: Annotated[dict[str, Values], Field(min_length=1, max_length=10)]
    lasts: PositiveDuration
    reason: Reason


class SilenceOut(BaseModel):
    """decision: identifier of the journal's entry, where this call made one."""

    id: str
    matchers: dict[str, list[str]]
    starts: datetime
    ends: datetime
    reason: str
    author: str
    decision: str = ""

    @classmethod
    def of(cls, silence: Silence, decision: str = "") -> "SilenceOut":
        return cls(
            id=silence.id,
            matchers={name: list(values) for name, values in silence.matchers.items()},
            starts=silence.starts,
            ends=silence.ends,
            reason=silence.reason,
            author=silence.author,
            decision=decision,
        )


class SilencesOut(BaseModel):
    """Those that end first at first."""

    silences: list[SilenceOut]


def router(control: Control) -> APIRouter:
    routes = APIRouter(prefix="/silences")
    ops = [Depends(control.requires(Role.OPS))]
    admin = control.requires(Role.ADMIN)

    @routes.get("", dependencies=ops)
    async def silences() -> SilencesOut:
        """What nobody is told of now, until when and why."""
        found = await Records(control.database).silences(control.clock.now())
        return SilencesOut(silences=[SilenceOut.of(each) for each in found])

    @routes.post("", status_code=201)
    async def begin(body: SilenceIn, operator: Annotated[Principal, Depends(admin)]) -> SilenceOut:
        """Nobody is told of alerts that match all matchers, for a while. They still fire, and are shown."""
        made, decision = await silence(control, body.matchers, body.lasts, operator.name, body.reason)
        return SilenceOut.of(made, decision.id)

    @routes.delete("/{id}")
    async def end(id: IdPath, operator: Annotated[Principal, Depends(admin)], reason: ReasonQuery) -> Changed:
        """Ends a silence now. What fires by then is told."""
        decision = await expire(control, id, operator.name, reason)
        return Changed(decision=decision.id, sentence=decision.sentence)

    return routes
