"""Where single users belong, for operators: overrides and stored homes."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query
from pydantic import BaseModel

from meridian.config.schema.base import Duration
from meridian.core.body import RequestBody
from meridian.core.errors import NotFound
from meridian.core.names import user_id
from meridian.core.principal import Principal, Role
from meridian.feature import Control
from meridian.regions.api.fields import Name, Reason, UserPath
from meridian.regions.homes.store import Home, Homes, Override, Overrides
from meridian.regions.operations import assign_user_region, set_user_region_override


class OverrideIn(RequestBody):
    """expires_in: as 24h or 7d; left out: until it is cleared."""

    region: Name
    reason: Reason
    expires_in: Duration | None = None


class OverrideOut(BaseModel):
    """decision: identifier of the journal's entry, where this call made one."""

    user: str
    region: str
    reason: str
    author: str
    created_at: datetime
    expires_at: datetime | None
    decision: str = ""

    @classmethod
    def of(cls, override: Override, decision: str = "") -> "OverrideOut":
        return cls(
            user=override.user,
            region=override.region,
            reason=override.reason,
            author=override.author,
            created_at=override.created_at,
            expires_at=override.expires_at,
            decision=decision,
        )


class OverridesOut(BaseModel):
    overrides: list[OverrideOut]


class Changed(BaseModel):
    """decision: identifier of the journal's entry. sentence: what it says."""

    decision: str
    sentence: str


class HomeIn(RequestBody):
    region: Name
    reason: Reason


class HomeOut(BaseModel):
    """source: "first contact" or "operator". decided_by: the rule that decided, or who."""

    user: str
    region: str
    source: str
    decided_by: str
    created_at: datetime

    @classmethod
    def of(cls, home: Home) -> "HomeOut":
        return cls(
            user=home.user,
            region=home.region,
            source=home.source,
            decided_by=home.decided_by,
            created_at=home.created_at,
        )


def router(control: Control) -> APIRouter:
    routes = APIRouter(tags=["users"])
    ops = [Depends(control.requires(Role.OPS))]
    admin = control.requires(Role.ADMIN)

    @routes.get("/overrides", dependencies=ops)
    async def overrides() -> OverridesOut:
        """All overrides in force."""
        found = await Overrides(control.database).in_force(control.clock.now())
        return OverridesOut(overrides=[OverrideOut.of(each) for each in found.values()])

    @routes.get("/users/{user:path}/override", dependencies=ops)
    async def override(user: UserPath) -> OverrideOut:
        """The user's override in force."""
        return OverrideOut.of(await _override(control, user))

    @routes.put("/users/{user:path}/override")
    async def put_override(
        user: UserPath, body: OverrideIn, operator: Annotated[Principal, Depends(admin)]
    ) -> OverrideOut:
        """Places a user in a region whatever the other rules say. Edges know when this has answered, or within a second."""
        expires = (
            control.clock.now() + timedelta(seconds=body.expires_in) if body.expires_in is not None else None
        )
        decision = await set_user_region_override(
            control, user, body.region, operator.name, body.reason, expires
        )
        return OverrideOut.of(await _override(control, user), decision.id)

    @routes.delete("/users/{user:path}/override")
    async def delete_override(
        user: UserPath,
        operator: Annotated[Principal, Depends(admin)],
        reason: Annotated[str, Query(max_length=500, pattern=r"^[^\x00]*$")] = "no longer needed",
    ) -> Changed:
        """Clears the user's override."""
        decision = await set_user_region_override(control, user, None, operator.name, reason)
        return Changed(decision=decision.id, sentence=decision.sentence)

    @routes.get("/users/{user:path}/home", dependencies=ops)
    async def home(user: UserPath) -> HomeOut:
        """The user's stored home."""
        found = await Homes(control.database).get(user_id(user))
        if found is None:
            raise NotFound(
                f"{user} has no stored home", "one is stored at the user's first region-config, or assign one"
            )
        return HomeOut.of(found)

    @routes.put("/users/{user:path}/home")
    async def put_home(
        user: UserPath, body: Annotated[HomeIn, Body()], operator: Annotated[Principal, Depends(admin)]
    ) -> Changed:
        """Stores a user's home. It takes effect with their next home token."""
        decision = await assign_user_region(control, user, body.region, operator.name, body.reason)
        return Changed(decision=decision.id, sentence=decision.sentence)

    return routes


async def _override(control: Control, user: str) -> Override:
    found = await Overrides(control.database).get(user_id(user), control.clock.now())
    if found is None:
        raise NotFound(f"{user} has no override", "list them with GET /infrastructure/overrides")
    return found
