"""The configuration: reading it, changing it, and what a change would mean."""

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field, StringConstraints

from meridian.api.fields import Reason
from meridian.core.body import RequestBody
from meridian.core.decision import Decision
from meridian.core.principal import Principal, Role

if TYPE_CHECKING:
    from meridian.api.applying import Applying
    from meridian.api.control import ControlPlane

Text = Annotated[
    str,
    StringConstraints(max_length=1024 * 1024),
    Field(description="A whole meridian.yaml.", examples=["version: 1\napp:\n  name: avalo\n"]),
]
VERSION_LIMIT = 2**31 - 1
Version = Annotated[int, Path(ge=1, le=VERSION_LIMIT, examples=[3])]


class ConfigOut(BaseModel):
    version: int
    digest: str
    text: str


class VersionOut(BaseModel):
    version: int
    digest: str
    at: datetime
    actor: str
    reason: str
    active: bool


class History(BaseModel):
    """The newest first."""

    versions: list[VersionOut]


class StoredOut(VersionOut):
    text: str


class Apply(RequestBody):
    """expected: the version this change was made from; refused when another one is active by now."""

    text: Text
    reason: Reason
    expected: Annotated[int, Field(ge=0, le=VERSION_LIMIT)] | None = None


class Rollback(RequestBody):
    version: Annotated[int, Field(ge=1, le=VERSION_LIMIT)]
    reason: Reason


class Applied(BaseModel):
    """decision: id of the journal's entry, empty where this text was active already."""

    version: int
    digest: str
    decision: str


class PlanIn(RequestBody):
    """against: compare with this text instead of the active configuration."""

    text: Text
    against: Text | None = None


class ChangeOut(BaseModel):
    area: str
    subject: str
    before: str
    after: str
    affects: str


class ReplayOut(BaseModel):
    """subject: what it is about. sentence: what would have been in the last hour, and what was. evidence: the same as JSON."""

    subject: str
    sentence: str
    evidence: dict[str, Any]


class Plan(BaseModel):
    """version: the active one. different: whether the text is. changes: for whom what becomes different. replays: what recorded
    traffic says about it. trouble: why traffic could not be replayed, or empty."""

    version: int
    different: bool
    changes: list[ChangeOut]
    replays: list[ReplayOut]
    trouble: str


def router(control: "ControlPlane", applying: "Applying") -> APIRouter:
    routes = APIRouter(prefix="/infrastructure/config", tags=["configuration"])
    ops = Depends(control.requires(Role.OPS))
    admin = control.requires(Role.ADMIN)

    @routes.get("", dependencies=[ops])
    async def active() -> ConfigOut:
        """The active configuration, from memory: also with PostgreSQL away."""
        now = control.active()
        return ConfigOut(version=now.version, digest=now.digest, text=now.text)

    @routes.get("/history", dependencies=[ops])
    async def history(
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
        before: Annotated[
            int, Query(ge=0, le=VERSION_LIMIT, description="Only versions below this one.")
        ] = 0,
    ) -> History:
        """The configurations that were applied, by whom and why."""
        found = await applying.history(limit, before)
        return History(
            versions=[
                VersionOut(
                    version=stored.version,
                    digest=stored.digest,
                    at=stored.at,
                    actor=stored.actor,
                    reason=stored.reason,
                    active=stored.version == control.version(),
                )
                for stored in found
            ]
        )

    @routes.get("/{version}", dependencies=[ops])
    async def stored(version: Version) -> StoredOut:
        """One version with its text."""
        found = await control.configs.get(version)
        return StoredOut(
            version=found.version,
            digest=found.digest,
            at=found.at,
            actor=found.actor,
            reason=found.reason,
            active=found.version == control.version(),
            text=found.text,
        )

    @routes.post("")
    async def apply(body: Apply, principal: Annotated[Principal, Depends(admin)]) -> Applied:
        """Makes a text the active configuration. It is checked, compiled and proved before anything is
        stored; a refusal lists everything that is wrong, with lines and columns."""
        expected = control.version() if body.expected is None else body.expected
        decision = await applying.apply(body.text, body.reason, expected, principal.name)
        return _applied(control, decision)

    @routes.post("/rollback")
    async def rollback(body: Rollback, principal: Annotated[Principal, Depends(admin)]) -> Applied:
        """Applies the text of an earlier version again, as a new version, with all the same checks."""
        decision = await applying.undo_to(body.version, principal.name, body.reason)
        return _applied(control, decision)

    @routes.post("/plan", dependencies=[ops])
    async def plan(body: PlanIn) -> Plan:
        """What a text would change, and for whom, and what the last hour's traffic says about it. It is checked
        as `apply` would, and nothing is stored."""
        planned = await applying.plan(body.text, body.against or "")
        return Plan(
            version=planned.version,
            different=planned.different,
            changes=[ChangeOut(**asdict(change)) for change in planned.changes],
            replays=[ReplayOut(**asdict(each)) for each in planned.replays],
            trouble=planned.trouble,
        )

    return routes


def _applied(control: "ControlPlane", decision: Decision | None) -> Applied:
    now = control.active()
    return Applied(version=now.version, digest=now.digest, decision=decision.id if decision else "")
