"""Tokens of operators, edges and the app's servers. A token is shown once, when it is made; only its hash is stored."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, Field, model_validator

from meridian.api.fields import Name
from meridian.core.body import RequestBody
from meridian.core.decision import Decision, clip
from meridian.core.errors import InvalidInput
from meridian.core.principal import Principal, Role

if TYPE_CHECKING:
    from meridian.api.control import ControlPlane

Id = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:-]+$")]


class TokenIn(RequestBody):
    """region: for an edge, the only one it may ask for. days: lifetime; left out, until it is revoked."""

    name: Name
    role: Annotated[Role, Field(strict=False)]
    region: Annotated[str, Field(pattern=r"^([A-Za-z][A-Za-z0-9_-]{0,62})?$", examples=["EU"])] = ""
    days: Annotated[int, Field(ge=1, le=3650)] | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "TokenIn":
        if self.role is Role.USER:
            raise ValueError("users' tokens are the app's own; make one of admin, ops, edge or app")
        if (self.role is Role.EDGE) != bool(self.region):
            raise ValueError("a region is given for an edge's token, and for no other")
        return self


class TokenOut(BaseModel):
    id: str
    name: str
    role: Role
    region: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class TokenMade(BaseModel):
    """token: the secret itself; it cannot be shown again."""

    id: str
    token: str


class TokensOut(BaseModel):
    tokens: list[TokenOut]


def router(control: "ControlPlane") -> APIRouter:
    routes = APIRouter(prefix="/infrastructure/tokens", tags=["tokens"])
    admin = control.requires(Role.ADMIN)

    @routes.post("", status_code=201)
    async def create(body: TokenIn, principal: Annotated[Principal, Depends(admin)]) -> TokenMade:
        """Makes a token for an operator, an edge or the app's servers."""
        regions = control.config().regions
        if body.region and body.region not in regions:
            raise InvalidInput(f"no region is called {body.region}", f"there are {', '.join(regions)}")
        lifetime = timedelta(days=body.days) if body.days else None
        secret, token = await control.tokens.create(
            body.name, body.role, region=body.region, lifetime=lifetime
        )
        of = f" for {body.region}" if body.region else ""
        did = f"made the {body.role} token {body.name}{of}"
        await _journal(control, principal, "token-create", token.id, did)
        return TokenMade(id=token.id, token=secret)

    @routes.get("", dependencies=[Depends(admin)])
    async def listing() -> TokensOut:
        """All tokens, revoked ones included; never the secrets."""
        found = await control.tokens.list()
        return TokensOut(tokens=[TokenOut.model_validate(token, from_attributes=True) for token in found])

    @routes.delete("/{id}", status_code=204)
    async def revoke(id: Id, principal: Annotated[Principal, Depends(admin)]) -> None:
        """The token is refused from now on."""
        token = await control.tokens.revoke(id)
        did = f"revoked the {token.role} token {token.name}"
        await _journal(control, principal, "token-revoke", token.id, did)

    return routes


async def _journal(control: "ControlPlane", who: Principal, kind: str, subject: str, did: str) -> None:
    decision = Decision("operator", kind, subject, clip(f"{who.name} {did}"), actor=who.name)
    await control.journal.write([decision])
