"""The journal: what was decided, and taking a decision back or making it again."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel

from meridian.api.fields import Reason
from meridian.api.undoing import Undoing
from meridian.core.body import RequestBody
from meridian.core.decision import to_json
from meridian.core.principal import Principal, Role
from meridian.store.journal import Entry

if TYPE_CHECKING:
    from meridian.api.control import ControlPlane

Id = Annotated[str, Path(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9._:-]+$")]
Filter = Annotated[str, Query(max_length=200, pattern=r"^[^\x00-\x1f]*$")]


class DecisionOut(BaseModel):
    """undone_at and undone_by: when and by whom it was taken back, if it was."""

    id: str
    at: str
    controller: str
    kind: str
    subject: str
    sentence: str
    evidence: dict[str, Any]
    action: dict[str, Any]
    undo: dict[str, Any] | None
    actor: str
    reason: str
    undone_at: datetime | None
    undone_by: str

    @classmethod
    def of(cls, entry: Entry) -> "DecisionOut":
        return cls(**to_json(entry.decision), undone_at=entry.undone_at, undone_by=entry.undone_by)


class Decisions(BaseModel):
    """The newest first. next: give it as `before` for the page after this one; empty on the last page."""

    decisions: list[DecisionOut]
    next: str


class Undo(RequestBody):
    reason: Reason


class ReplayOut(BaseModel):
    """matches: whether deciding again from the evidence gives the same decision. decided: what it gives."""

    matches: bool
    sentence: str
    decided: list[dict[str, Any]]


def router(control: "ControlPlane", undoing: Undoing) -> APIRouter:
    routes = APIRouter(prefix="/infrastructure/decisions", tags=["decisions"])
    ops = Depends(control.requires(Role.OPS))

    @routes.get("", dependencies=[ops])
    async def decisions(
        controller: Filter = "",
        subject: Filter = "",
        kind: Filter = "",
        before: Annotated[Filter, Query(description="Only decisions older than the one with this id.")] = "",
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
    ) -> Decisions:
        """The latest decisions."""
        found = await control.records.entries(
            limit + 1, controller=controller, subject=subject, kind=kind, before=before
        )
        page = found[:limit]
        following = page[-1].decision.id if len(found) > limit else ""
        return Decisions(decisions=[DecisionOut.of(entry) for entry in page], next=following)

    @routes.get("/{id}", dependencies=[ops])
    async def decision(id: Id) -> DecisionOut:
        """One decision with the evidence it was made from."""
        return DecisionOut.of(await control.records.entry(id))

    @routes.post("/{id}/undo")
    async def undo(
        id: Id, body: Undo, principal: Annotated[Principal, Depends(control.requires(Role.ADMIN))]
    ) -> DecisionOut:
        """Takes a decision back. The answer is the decision that did."""
        return DecisionOut.of(Entry(await undoing.undo(id, principal.name, body.reason)))

    @routes.get("/{id}/replay", dependencies=[ops])
    async def replay(id: Id) -> ReplayOut:
        """Decides again from the decision's evidence, and compares."""
        result = await undoing.replay(id)
        return ReplayOut(matches=result.matches, sentence=result.sentence, decided=result.decided)

    return routes
