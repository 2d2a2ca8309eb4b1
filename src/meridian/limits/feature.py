"""The limits feature, as the rest of Meridian sees it."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from meridian.feature import Control, Feature
from meridian.limits.admission.companion import COMPANION
from meridian.limits.changes import changes
from meridian.limits.checks import check
from meridian.limits.choices import Choices
from meridian.limits.commands import COMMANDS
from meridian.limits.compile import compile_limits
from meridian.limits.load import load
from meridian.limits.settings import Limits
from meridian.limits.sharing.controller import Sharing
from meridian.limits.sharing.holding import Holding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import APIRouter

    from meridian.config.change import Replay
    from meridian.config.schema.root import Config
    from meridian.envoy.fold import EdgeFacts, Fold
    from meridian.feature import Delivery


def _api(control: Control) -> APIRouter:
    """Its routes, with the web framework, are imported where control asks for them: commands start without it."""
    from meridian.limits.api import router

    return router(control)


def _folds(facts: EdgeFacts) -> Sequence[Fold]:
    """Imported where an edge's agent asks for them."""
    from meridian.limits.traffic.events import Events
    from meridian.limits.traffic.recording import Recording

    return (Recording(facts), Events(facts))


async def _receive(control: Control, delivery: Delivery) -> None:
    from meridian.limits.traffic.receive import receive

    await receive(control, delivery)


async def _what_if(control: Control, before: Config, after: Config) -> Sequence[Replay]:
    from meridian.limits.traffic.whatif import what_if

    return await what_if(control, before, after)


FEATURE = Feature(
    name="limits",
    settings=Limits,
    check=check,
    changes=changes,
    compile=compile_limits,
    load=load,
    controllers=lambda control: (Choices(control), Sharing(control)),
    edge_loops=lambda: (Holding(),),
    companions=lambda: (COMPANION,),
    folds=_folds,
    receive=_receive,
    what_if=_what_if,
    api=_api,
    commands=COMMANDS,
    migrations=files("meridian.limits") / "migrations",
)
