"""Whether this process lives, and whether it can do everything it is for."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from meridian.api import problem

if TYPE_CHECKING:
    from meridian.api.control import ControlPlane


_NOT_READY = {
    "description": "Not ready, and why: a problem that also has what the answer 200 has.",
    "content": {problem.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_RETRY = {"retry-after": "2"}


class Live(BaseModel):
    status: str = "live"


class Part(BaseModel):
    part: str
    sentence: str


class Ready(BaseModel):
    """sentence: what is wrong first of all, empty when ready. parts: with `?verbose`, every part in
    trouble."""

    ready: bool
    sentence: str
    leading: bool
    config_version: int
    parts: list[Part] = []


def router(control: "ControlPlane") -> APIRouter:
    routes = APIRouter(tags=["health"])

    @routes.get("/livez")
    async def live() -> Live:
        """The process answers. It asks nobody else, so it holds with PostgreSQL away."""
        return Live()

    @routes.get("/readyz", response_model=Ready, responses={503: _NOT_READY})
    async def ready(verbose: Annotated[str | None, Query(max_length=8)] = None) -> Response:
        """Whether everything works. Edges get snapshots also while this says no."""
        sentence = control.trouble()
        body = Ready(
            ready=not sentence,
            sentence=sentence,
            leading=control.leading(),
            config_version=control.version(),
        )
        if verbose is not None:
            body.parts = [Part(part=part, sentence=text) for part, text in control.troubles().items()]
        if not sentence:
            return JSONResponse(body.model_dump())
        todo = "try again; /readyz?verbose says which parts are in trouble"
        return problem.problem(
            503, "unavailable", sentence, todo=todo, headers=_RETRY, more=body.model_dump()
        )

    return routes
