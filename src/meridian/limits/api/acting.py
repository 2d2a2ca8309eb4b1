"""Fresh counters, lifted blocks, and tokens for the check API, for operators."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Depends
from pydantic import BaseModel

from meridian.core.body import RequestBody
from meridian.core.principal import Principal, Role
from meridian.feature import Control
from meridian.limits.api.fields import Changed, Reason, Subject
from meridian.limits.blocks import Block, Blocks
from meridian.limits.checkapi import HEADER, PATH
from meridian.limits.operations import lift_block, reset_counters
from meridian.limits.tokens import check_token


class ResetIn(RequestBody):
    """kind: whose counters."""

    kind: Literal["user", "client"]
    subject: Subject
    reason: Reason


class LiftIn(RequestBody):
    """subject: the account or address itself; with the kind "name", what the block is listed as."""

    kind: Literal["account", "address", "name"]
    subject: Subject
    reason: Reason


class BlockOut(BaseModel):
    """kind: "account", "address", or "device": an account on a device that it has used before. name: the address, or the name
    under which edges keep the account, which tells nobody whose it is. in_a_row: how many blocks of it there were by then."""

    region: str
    kind: str
    name: str
    shield: str
    began: datetime
    until: datetime
    in_a_row: int

    @classmethod
    def of(cls, block: Block) -> "BlockOut":
        return cls(
            region=block.region,
            kind=block.kind,
            name=block.subject,
            shield=block.shield,
            began=block.began,
            until=block.until,
            in_a_row=block.in_a_row,
        )


class BlocksOut(BaseModel):
    """The newest first; at most 1,000."""

    blocks: list[BlockOut]


class CheckToken(BaseModel):
    """token: for the request header that `header` names, with `POST path` at any edge. expires_in: seconds."""

    token: str
    header: str
    path: str
    expires_in: int


def router(control: Control) -> APIRouter:
    routes = APIRouter()
    ops = control.requires(Role.OPS)
    admin = control.requires(Role.ADMIN)

    @routes.post("/reset")
    async def reset(
        body: Annotated[ResetIn, Body()], operator: Annotated[Principal, Depends(admin)]
    ) -> Changed:
        """Gives one user or client fresh counters, for every limit, on every edge."""
        decision = await reset_counters(control, body.kind, body.subject, operator.name, body.reason)
        return Changed(decision=decision.id, sentence=decision.sentence)

    @routes.get("/blocks", dependencies=[Depends(ops)])
    async def blocks() -> BlocksOut:
        """What the shields block now, as the edges reported it."""
        found = await Blocks(control.database).in_force(control.clock.now())
        return BlocksOut(blocks=[BlockOut.of(each) for each in found])

    @routes.post("/blocks/lift")
    async def lift(
        body: Annotated[LiftIn, Body()], operator: Annotated[Principal, Depends(admin)]
    ) -> Changed:
        """Ends the blocks of an account or an address that began before now, on every edge."""
        decision = await lift_block(control, body.kind, body.subject, operator.name, body.reason)
        return Changed(decision=decision.id, sentence=decision.sentence)

    @routes.post("/token")
    async def token(operator: Annotated[Principal, Depends(ops)]) -> CheckToken:
        """A token with which the edges' check API answers, for an hour."""
        signed, lifetime = check_token(control, operator.name)
        return CheckToken(token=signed, header=HEADER, path=PATH, expires_in=lifetime)

    return routes
