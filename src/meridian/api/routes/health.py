"""Whether this process lives, and whether it can do everything it is for."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel

if TYPE_CHECKING:
    from meridian.api.control import ControlPlane


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

    @routes.get("/readyz", responses={503: {"model": Ready, "description": "Not ready, and why."}})
    async def ready(verbose: Annotated[str | None, Query(max_length=8)] = None) -> JSONResponse:
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
        return JSONResponse(body.model_dump(), 503 if sentence else 200)

    return routes
