"""What edges ask for and tell, and what operators see of them."""

import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import psycopg
from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from pydantic import BaseModel

from meridian.api.reported import decisions_of, sentence
from meridian.config.inventory import Inventory
from meridian.core.errors import Forbidden, InvalidInput, NotFound, Unavailable
from meridian.core.principal import Principal, Role
from meridian.envoy.report import EdgeReport

if TYPE_CHECKING:
    from meridian.api.control import ControlPlane

log = logging.getLogger(__name__)

RegionName = Annotated[str, Path(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,62}$", examples=["EU"])]


class Acknowledged(BaseModel):
    """Identifiers of the decisions that are stored now, whether or not they were before. advice: feature -> what it advises this
    edge; a feature that is not named advises as before."""

    acknowledged: list[str]
    advice: dict[str, dict[str, Any]] = {}


class EdgeStatus(BaseModel):
    """age: seconds since it reported. wanted: digest of the snapshot it should run. current: whether it does.
    sentence: what is wrong, or empty."""

    region: str
    instance: str
    age: float
    digest: str
    wanted: str
    current: bool
    config_version: int
    envoy: str
    rejection: dict[str, Any] | None
    sentence: str
    report: EdgeReport


class RegionEdges(BaseModel):
    region: str
    wanted: str
    edges: list[EdgeStatus]
    sentence: str


class EdgesStatus(BaseModel):
    """sentence: what is wrong with compilation, or empty."""

    config_version: int
    sentence: str
    regions: list[RegionEdges]


def of_region(control: "ControlPlane") -> Callable[[Request, str], Awaitable[Principal]]:
    """A dependency: the caller is an edge of the region in the path."""
    of_edge = control.requires(Role.EDGE)

    async def edge(request: Request, region: RegionName) -> Principal:
        principal = await of_edge(request)
        if principal.region != region:
            raise Forbidden(
                f"this token is of the edge in {principal.region or 'no region'}", f"make one for {region}"
            )
        return principal

    return edge


def router(control: "ControlPlane") -> APIRouter:
    routes = APIRouter()
    edge = of_region(control)

    @routes.get(
        "/edge/v1/{region}/snapshot",
        tags=["edge"],
        response_class=Response,
        responses={
            200: {"description": "The snapshot.", "content": {"application/json": {}}},
            304: {"description": "Still the one of If-None-Match."},
        },
    )
    async def snapshot(
        region: RegionName,
        _: Annotated[Principal, Depends(edge)],
        wait: Annotated[float, Query(ge=0, le=60, description="Seconds to wait for another one.")] = 25.0,
        if_none_match: Annotated[str, Header(max_length=1024)] = "",
    ) -> Response:
        """The snapshot that the region's edges should run on, as soon as it is another than the one they
        have."""
        held = control.snapshots.get(region)
        if held is None and control.has_config() and region not in control.config().regions:
            raise NotFound(
                f"no region is called {region}", f"there are {', '.join(control.config().regions)}"
            )
        served = await control.snapshots.next(
            region, _etag(if_none_match), wait if if_none_match or held is None else 0.0
        )
        if served is None:
            if control.snapshots.get(region) is None:
                raise Unavailable(
                    f"nothing is compiled for {region} yet: {control.trouble() or 'wait a moment'}"
                )
            return Response(status_code=304, headers={"etag": if_none_match})
        return Response(served.body, media_type="application/json", headers={"etag": f'"{served.digest}"'})

    @routes.post("/edge/v1/{region}/report", tags=["edge"])
    async def report(
        region: RegionName, _: Annotated[Principal, Depends(edge)], report: EdgeReport
    ) -> Acknowledged:
        """How an edge is. Its decisions are journalled once, however often they are sent; those
        acknowledged need not be sent again."""
        if report.region != region:
            raise InvalidInput(f"the report is about {report.region[:63]}, and was sent for {region}")
        decisions = decisions_of(report)
        control.edges.hear(report)
        advice = control.advice(report)
        if not decisions:
            return Acknowledged(acknowledged=[], advice=advice)
        try:
            stored = await control.journal.write(decisions)
        except (Unavailable, psycopg.OperationalError) as error:
            log.info("the decisions of the edge in %s stay there until PostgreSQL answers: %s", region, error)
            return Acknowledged(acknowledged=[], advice=advice)
        return Acknowledged(acknowledged=[decision.id for decision in stored], advice=advice)

    @routes.get("/infrastructure/edges", tags=["edges"], dependencies=[Depends(control.requires(Role.OPS))])
    async def edges() -> EdgesStatus:
        """Every region's edges: what they run, what they should, and what is wrong in a sentence."""
        ages = control.edges.ages()
        names = sorted(
            {*ages, *control.snapshots.wanted(), *(control.config().regions if control.has_config() else ())}
        )
        return EdgesStatus(
            config_version=control.version(),
            sentence=control.trouble(),
            regions=[_region(control, name, ages.get(name, ())) for name in names],
        )

    @routes.get(
        "/infrastructure/topology", tags=["edges"], dependencies=[Depends(control.requires(Role.OPS))]
    )
    async def topology() -> dict[str, Any]:
        """Where everything is: regions, locations, and the addresses of instances and edges."""
        return _topology(
            control.config().model_dump(mode="json", include={"regions", "locations"}), control.inventory()
        )

    return routes


def _etag(header: str) -> str:
    found = re.search(r'"([^"]*)"', header)
    return found[1] if found else ""


def _topology(policy: dict[str, Any], where: Inventory) -> dict[str, Any]:
    return {
        **policy,
        "instances": {name: dict(services) for name, services in where.instances.items()},
        "edges": {
            name: {"url": where.urls.get(name, ""), "public": listen.public, "peer": listen.peer}
            for name, listen in where.listen.items()
        },
    }


def _region(control: "ControlPlane", region: str, reports: Sequence[tuple[EdgeReport, float]]) -> RegionEdges:
    served = control.snapshots.get(region)
    wanted = served.digest if served else ""
    edges = [
        EdgeStatus(
            region=region,
            instance=report.instance,
            age=round(age, 3),
            digest=report.digest,
            wanted=wanted,
            current=report.digest == wanted,
            config_version=report.config_version,
            envoy=report.envoy,
            rejection=report.rejection.model_dump() if report.rejection else None,
            sentence=sentence(report, age, wanted),
            report=report,
        )
        for report, age in reports
    ]
    nobody = "no edge of this region has reported" if not edges else ""
    return RegionEdges(
        region=region,
        wanted=wanted,
        edges=edges,
        sentence=nobody or next((e.sentence for e in edges if e.sentence), ""),
    )
