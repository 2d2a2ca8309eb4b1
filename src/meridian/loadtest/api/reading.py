"""Reading load tests: the list, results, reports, comparisons, and which scenarios there are."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from pydantic import BaseModel

from meridian.core.principal import Role
from meridian.feature import Control
from meridian.loadtest.api.fields import JSON_OBJECT, IdPath
from meridian.loadtest.catalogue import scenarios
from meridian.loadtest.operations import (
    compare_load_tests,
    get_load_test_part,
    get_load_test_report,
    get_load_test_results,
    list_load_tests,
)
from meridian.loadtest.runs import Runner, State

REPORT_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'none'; sandbox allow-scripts allow-downloads"
)
"""A report is one file that carries its own style and script, and nothing else may be loaded by it; sandboxed, it has no part in
the dashboard's origin, where the operator's token is."""


class RunOut(BaseModel):
    """state: "running", "passed", "failed" (a threshold), "invalid" (the generator was too slow to say), "aborted" (by a
    rule, or it could not go on), "stopped" (by a person) or "lost" (nothing was heard of its runner for 30 s). rate:
    requests answered a second. p95: ms. errors: 0 to 1. These three are null while nothing is measured. by: who started it.
    runner: "cli" or "control". duration: seconds."""

    id: str
    name: str
    title: str
    kind: str
    state: State
    sentence: str
    began: datetime
    ended: datetime | None
    target: str
    rate: float | None
    p95: float | None
    errors: float | None
    by: str
    runner: Runner
    shards: int
    scale: float
    duration: float


class RunsOut(BaseModel):
    """The newest first."""

    runs: list[RunOut]


class ScenarioOut(BaseModel):
    """A scenario that comes with Meridian. rate: requests a second at scale 1, at the highest; null in a closed model. duration:
    seconds. chaos: what it breaks, and when."""

    name: str
    title: str
    kind: str
    description: str
    rate: float | None
    duration: float
    steps: list[str]
    thresholds: list[str]
    chaos: list[str]


class TargetOut(BaseModel):
    """What can be aimed at. production: its name has to be typed as `confirm`."""

    name: str
    production: bool


class ScenariosOut(BaseModel):
    """targets: names of the configuration's, after the world that control itself belongs to, if it belongs to one."""

    scenarios: list[ScenarioOut]
    targets: list[TargetOut]


class MetricOut(BaseModel):
    """before, after: in the metric's unit. change: relative, 0.1 is 10 % more. low, high: between which it lies with 95 %
    confidence. verdict: "same", "slower" or "faster"."""

    name: str
    before: float | None
    after: float | None
    change: float | None
    low: float | None
    high: float | None
    verdict: str


HTML = {"content": {"text/html": {"schema": {"type": "string"}}}}


def router(control: Control) -> APIRouter:
    routes = APIRouter(prefix="/load-tests", dependencies=[Depends(control.requires(Role.OPS))])

    @routes.get("")
    async def runs(limit: Annotated[int, Query(ge=1, le=1000)] = 50) -> RunsOut:
        """Load tests that run, and those that did."""
        found = await list_load_tests(control, limit)
        return RunsOut(runs=[RunOut.model_validate(each.public()) for each in found])

    @routes.get("/scenarios")
    async def known() -> ScenariosOut:
        """The scenarios that come with Meridian, and the targets that are configured."""
        return ScenariosOut.model_validate(scenarios(control.config()))

    @routes.get("/{id}", responses={200: JSON_OBJECT}, response_model=None)
    async def results(id: IdPath) -> dict[str, Any] | Response:
        """A run's Summary. While it runs, what is known so far, in the same shape: `state` is "running", and what only the whole
        record can say is null or empty."""
        found = await get_load_test_results(control, id)
        return Response(found, media_type="application/json") if isinstance(found, str) else found

    @routes.get("/{id}/report", responses={200: HTML}, response_class=Response)
    async def report(
        id: IdPath, download: Annotated[bool, Query(description="As a file to keep.")] = False
    ) -> Response:
        """The report of a run that ended: one HTML file that needs nothing else."""
        name, page = await get_load_test_report(control, id)
        headers = {"content-security-policy": REPORT_CSP, "x-frame-options": "SAMEORIGIN"}
        if download:
            headers["content-disposition"] = f'attachment; filename="load-test-{name}.html"'
        return Response(page, media_type="text/html", headers=headers)

    @routes.get("/{id}/part", response_class=Response)
    async def part(id: IdPath) -> Response:
        """The whole record of a run that ended, as `meridian load merge` and `compare` read it: compressed JSON."""
        name, content = await get_load_test_part(control, id)
        headers = {"content-disposition": f'attachment; filename="load-test-{name}.part.json.gz"'}
        return Response(content, media_type="application/gzip", headers=headers)

    @routes.get("/{id}/compare", responses={200: JSON_OBJECT}, response_model=None)
    async def compare(
        id: IdPath,
        with_: Annotated[
            str, Query(alias="with", min_length=4, max_length=64, description="The earlier run.")
        ],
    ) -> dict[str, Any]:
        """Whether a run is slower than an earlier one, or whether that is noise."""
        return await compare_load_tests(control, id, with_)

    return routes
