"""Rates of single users and clients, for operators."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Depends, Query
from pydantic import BaseModel, Field

from meridian.config.schema.base import Duration
from meridian.core.body import RequestBody
from meridian.core.errors import NotFound
from meridian.core.principal import Principal, Role
from meridian.feature import Control
from meridian.limits.api.fields import Changed, NamePath, Reason, SubjectPath
from meridian.limits.applies import section
from meridian.limits.operations import set_override, subject_of
from meridian.limits.store import Kind, Override, Overrides

Whose = Literal["users", "clients"]
KINDS: dict[Whose, Kind] = {"users": "user", "clients": "client"}


class OverrideIn(RequestBody):
    """rate: requests in each window of the limit; tier and risk do not multiply it. expires_in: as 24h or 7d; left out: until it
    is cleared."""

    rate: Annotated[int, Field(description="Requests in each window of the limit.")]
    reason: Reason
    expires_in: Duration | None = None


class OverrideOut(BaseModel):
    """kind: "user" or "client". decision: identifier of the journal's entry, where this call made one."""

    kind: str
    subject: str
    policy: str
    rate: int
    reason: str
    author: str
    created_at: datetime
    expires_at: datetime | None
    decision: str = ""

    @classmethod
    def of(cls, override: Override, decision: str = "") -> "OverrideOut":
        return cls(
            kind=override.kind,
            subject=override.subject,
            policy=override.policy,
            rate=override.rate,
            reason=override.reason,
            author=override.author,
            created_at=override.created_at,
            expires_at=override.expires_at,
            decision=decision,
        )


class OverridesOut(BaseModel):
    overrides: list[OverrideOut]


def router(control: Control) -> APIRouter:
    routes = APIRouter()
    ops = [Depends(control.requires(Role.OPS))]
    admin = control.requires(Role.ADMIN)

    @routes.get("/overrides", dependencies=ops)
    async def overrides() -> OverridesOut:
        """All overrides in force."""
        found = await Overrides(control.database).in_force(control.clock.now())
        return OverridesOut(overrides=[OverrideOut.of(each) for each in found])

    @routes.get("/{whose}/{subject:path}/overrides/{policy}", dependencies=ops)
    async def override(whose: Whose, subject: SubjectPath, policy: NamePath) -> OverrideOut:
        """The override of one limit for one user or client."""
        return OverrideOut.of(await _override(control, KINDS[whose], subject, policy))

    @routes.put("/{whose}/{subject:path}/overrides/{policy}")
    async def put_override(
        whose: Whose,
        subject: SubjectPath,
        policy: NamePath,
        body: Annotated[OverrideIn, Body()],
        operator: Annotated[Principal, Depends(admin)],
    ) -> OverrideOut:
        """Gives one user or client another rate. Edges know when this has answered, or within a second; no counter is reset."""
        expires = (
            control.clock.now() + timedelta(seconds=body.expires_in) if body.expires_in is not None else None
        )
        decision = await set_override(
            control, KINDS[whose], subject, policy, body.rate, operator.name, body.reason, expires
        )
        return OverrideOut.of(await _override(control, KINDS[whose], subject, policy), decision.id)

    @routes.delete("/{whose}/{subject:path}/overrides/{policy}")
    async def delete_override(
        whose: Whose,
        subject: SubjectPath,
        policy: NamePath,
        operator: Annotated[Principal, Depends(admin)],
        reason: Annotated[str, Query(min_length=1, max_length=500, pattern=r"^[^\x00]*$")],
    ) -> Changed:
        """Goes back to the limit's own rate."""
        decision = await set_override(control, KINDS[whose], subject, policy, None, operator.name, reason)
        return Changed(decision=decision.id, sentence=decision.sentence)

    return routes


async def _override(control: Control, kind: Kind, subject: str, policy: str) -> Override:
    whom = subject_of(section(control.config()), kind, subject)
    found = await Overrides(control.database).get(kind, whom, policy, control.clock.now())
    if found is None:
        raise NotFound(
            f"{whom} has no override of {policy}", "list them with GET /infrastructure/limits/overrides"
        )
    return found
