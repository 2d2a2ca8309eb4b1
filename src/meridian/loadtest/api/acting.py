"""Starting load tests on control's own machine, stopping any, and clearing away old ones."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from meridian.config.schema.base import PositiveDuration
from meridian.core.body import RequestBody
from meridian.core.errors import InvalidInput
from meridian.core.principal import Principal, Role
from meridian.feature import Control
from meridian.loadtest.api.fields import TEXT, Changed, IdPath, Reason, ReasonQuery
from meridian.loadtest.operations import (
    cleanup_load_tests,
    delete_load_test,
    run_load_test,
    stop_load_test,
)
from meridian.loadtest.order import Order
from meridian.loadtest.runners import Reach

Text = Annotated[str, Field(max_length=200, pattern=TEXT)]


class StartIn(RequestBody):
    """Give `scenario`, a name that `GET .../scenarios` lists, or `text`, a scenario as YAML. duration: as "60s"; left out, as the
    scenario has it; so are rate (flows a second, at the highest, instead of a scale; each flow sends a request for every step
    that it takes) and seed. scale: of the scenario's rate. target: left out,
    the world that control belongs to. confirm: the target's name, where it is marked as production."""

    scenario: Text = ""
    text: Annotated[str, Field(max_length=200_000, pattern=TEXT)] = ""
    scale: Annotated[float, Field(gt=0, le=1000)] = 1.0
    duration: PositiveDuration | None = None
    rate: Annotated[float | None, Field(gt=0, le=10_000_000)] = None
    seed: Annotated[int | None, Field(ge=0, lt=2**63)] = None
    target: Text = ""
    processes: Annotated[int | None, Field(ge=1, le=256)] = None
    confirm: Text = ""
    reason: Reason


class StartedOut(BaseModel):
    """id: of the run; ask for it with `GET .../{id}`."""

    id: str
    decision: str
    sentence: str


class StopIn(RequestBody):
    reason: Reason


class CleanupIn(RequestBody):
    """older_than: as "30d"; load tests that began earlier and do not run any more are removed, with their records."""

    older_than: PositiveDuration
    reason: Annotated[str, Field(max_length=500, pattern=TEXT)] = ""


class CleanedOut(BaseModel):
    removed: int
    decision: str
    sentence: str


def router(control: Control) -> APIRouter:
    routes = APIRouter(prefix="/load-tests")
    admin = control.requires(Role.ADMIN)

    @routes.post("", status_code=202)
    async def start(
        body: StartIn, request: Request, operator: Annotated[Principal, Depends(admin)]
    ) -> StartedOut:
        """Starts a load test on control's own machine, one at a time."""
        if bool(body.scenario) == bool(body.text):
            raise InvalidInput(
                "give either `scenario` or `text`", "see GET /infrastructure/load-tests/scenarios"
            )
        order = Order(
            scenario=body.scenario,
            text=body.text,
            scale=body.scale,
            seconds=body.duration,
            rate=body.rate,
            seed=body.seed,
            target=body.target,
            processes=body.processes,
            confirm=body.confirm,
        )
        started = await run_load_test(control, order, operator.name, body.reason, _reach(request))
        return StartedOut(id=started.id, decision=started.decision.id, sentence=started.decision.sentence)

    @routes.post("/cleanup")
    async def cleanup(body: CleanupIn, operator: Annotated[Principal, Depends(admin)]) -> CleanedOut:
        """Removes old load tests."""
        removed, decision = await cleanup_load_tests(
            control, timedelta(seconds=body.older_than), operator.name, body.reason
        )
        return CleanedOut(removed=removed, decision=decision.id, sentence=decision.sentence)

    @routes.post("/{id}/stop")
    async def stop(id: IdPath, body: StopIn, operator: Annotated[Principal, Depends(admin)]) -> Changed:
        """Stops a load test, wherever it runs: nothing more is sent, and there will be a report of what there is."""
        decision = await stop_load_test(control, id, operator.name, body.reason)
        return Changed(decision=decision.id, sentence=decision.sentence)

    @routes.delete("/{id}")
    async def delete(
        id: IdPath, operator: Annotated[Principal, Depends(admin)], reason: ReasonQuery = ""
    ) -> Changed:
        """Removes a load test that does not run any more, with its record."""
        decision = await delete_load_test(control, id, operator.name, reason)
        return Changed(decision=decision.id, sentence=decision.sentence)

    return routes


def _reach(request: Request) -> Reach:
    """How a runner on this machine reaches control: at the address this request came in by, with the same token."""
    server = request.scope.get("server") or ("", 0)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    address = f"http://{server[0]}:{server[1]}" if server[1] else ""
    return Reach(address, token.strip() if scheme.lower() == "bearer" else "")
