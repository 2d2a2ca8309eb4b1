"""The application: middleware, routes of control and of every feature, and the life that runs behind them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import APIRouter, Depends, FastAPI

from meridian.api import life, openapi, problem
from meridian.api.applying import Applying
from meridian.api.auth import SCHEME
from meridian.api.control import ControlPlane
from meridian.api.guard import Guard
from meridian.api.parameters import only_declared
from meridian.api.routes import config, decisions, edge, health, live, records, tokens, whoami
from meridian.api.undoing import Undoing
from meridian.dashboard import serving


def application(control: ControlPlane) -> FastAPI:
    """The ASGI application. Its lifespan runs `life.run`; without one it still answers what needs no
    PostgreSQL."""
    applying = Applying(control)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        living = asyncio.create_task(life.run(control, applying), name="life")
        try:
            yield
        finally:
            living.cancel()
            with suppress(asyncio.CancelledError):
                await living
            await control.database.close()

    app = FastAPI(
        title="Meridian control",
        version="1",
        summary="Launch and traffic control for apps that are live in many countries.",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    app.state.applying = applying
    problem.install(app)
    app.add_middleware(problem.Unexpected)
    app.add_middleware(Guard)
    secured = [Depends(SCHEME), Depends(only_declared)]
    app.include_router(health.router(control))
    for router in _routers(control, applying):
        app.include_router(router, dependencies=secured)
    app.router.routes.extend(serving.routes())
    openapi.install(app)
    return app


def _routers(control: ControlPlane, applying: Applying) -> list[APIRouter]:
    own = [
        edge.router(control),
        records.router(control),
        live.router(control),
        config.router(control, applying),
        decisions.router(control, Undoing(control, applying.undo_to)),
        tokens.router(control),
        whoami.router(control),
    ]
    return own + [feature.api(control) for feature in control.features if feature.api]
