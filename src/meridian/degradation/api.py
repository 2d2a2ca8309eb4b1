"""The routes of degradation, for operators: where the levels stand, and ordering one."""

from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field, StringConstraints

from meridian.core.body import RequestBody
from meridian.core.principal import Principal, Role
from meridian.degradation.operations import Place, degrade, places
from meridian.degradation.plan import name_of, section, turned_off
from meridian.degradation.state import HIGHEST
from meridian.feature import Control
from meridian.telemetry.live.parts import provide

Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00]*$"),
    Field(description="Why; it stands in the journal.", examples=["payments are slow"]),
]
RegionName = Annotated[str, StringConstraints(max_length=63, pattern=r"^[^\x00-\x1f]*$")]


class DegradeIn(RequestBody):
    """level: 0 (normal) to 3; null: leave it to the rules from here on. region: left out or empty, everywhere."""

    level: Annotated[int, Field(ge=0, le=HIGHEST)] | None
    region: RegionName = ""
    reason: Reason


class DegradeOut(BaseModel):
    """decision: identifier of the journal's entry, by which it can be undone. sentence: what it says. degraded: the regions that
    are not at level 0 now."""

    decision: str
    sentence: str
    degraded: list[str]


class LevelOut(BaseModel):
    """turns_off: what is off at this level, also by those below it."""

    level: int
    name: str
    turns_off: list[str]


class RegionOut(BaseModel):
    """level: what holds for what the region serves. since: when that began, null where it was never another. why: the sentence of
    what brought it there. entered_by: who; "meridian" for a rule. manual: the least level by a person's order, or null.
    everywhere: whether it is the level of all regions."""

    region: str
    level: int
    name: str
    since: datetime | None
    why: str
    entered_by: str
    manual: int | None
    everywhere: bool
    turned_off: list[str]

    @classmethod
    def of(cls, place: Place) -> "RegionOut":
        return cls(
            region=place.region,
            level=place.level,
            name=place.name,
            since=place.since,
            why=place.why,
            entered_by=place.standing.by,
            manual=place.standing.manual,
            everywhere=not place.standing.region,
            turned_off=list(place.turned_off),
        )


class DegradationOut(BaseModel):
    """level, name, since, why, entered_by: of the region with the highest level. automatic: whether rules are followed."""

    level: int
    name: str
    since: datetime | None
    why: str
    entered_by: str
    automatic: bool
    regions: list[RegionOut]
    levels: list[LevelOut]


def router(control: Control) -> APIRouter:
    routes = APIRouter(prefix="/infrastructure", tags=["degradation"])
    provide(control, "degradation", partial(_shown, control))
    ops = [Depends(control.requires(Role.OPS))]
    admin = control.requires(Role.ADMIN)

    @routes.get("/degradation", dependencies=ops)
    async def show() -> DegradationOut:
        """Where the levels stand, why and since when, and what each turns off."""
        config = control.config()
        settings, found = section(config), await places(control)
        worst = max(found, key=lambda each: each.level)
        return DegradationOut(
            level=worst.level,
            name=worst.name,
            since=worst.since,
            why=worst.why,
            entered_by=worst.standing.by,
            automatic=settings.automatic,
            regions=[RegionOut.of(each) for each in found],
            levels=[
                LevelOut(level=number, name=name_of(settings, number), turns_off=turned_off(config, number))
                for number in (0, *sorted(settings.levels))
            ],
        )

    @routes.post("/degradation")
    async def order(body: DegradeIn, operator: Annotated[Principal, Depends(admin)]) -> DegradeOut:
        """Puts a region, or all of them, on a level until that is taken back. Rules may raise it meanwhile, never lower it."""
        decision = await degrade(control, body.level, operator.name, body.reason, body.region)
        degraded = [each.region for each in await places(control) if each.level]
        return DegradeOut(decision=decision.id, sentence=decision.sentence, degraded=degraded)

    return routes


async def _shown(control: Control) -> dict[str, Any]:
    """For the dashboard, each second: the highest level that edges are compiled with."""
    state = control.state("degradation")
    level = max(state.levels.values(), default=0)
    return {"level": level, "name": name_of(section(control.config()), level)}
