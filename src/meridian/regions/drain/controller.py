"""Carries drains out: a step each second, until all of a location's traffic is away, or back."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from meridian.core.decision import Decision
from meridian.feature import Control
from meridian.regions.drain.judge import QUARTERS, Drain, DrainJudge, from_json, shares
from meridian.regions.drain.store import Drains
from meridian.regions.state import RegionsState

STATE = "routing"
"""The feature's name, under which control holds its state."""


def drain_action(locations: Sequence[str], over: float) -> dict[str, Any]:
    """What begins to take away all of these locations' traffic. over: seconds."""
    return {"controller": DrainJudge.name, "do": "drain", "locations": list(locations), "over": over}


def return_action(locations: Sequence[str], over: float) -> dict[str, Any]:
    """What gives it back. over: seconds that the whole of it takes."""
    return {"controller": DrainJudge.name, "do": "return", "locations": list(locations), "over": over}


@dataclass(slots=True)
class Draining(DrainJudge):
    """The judge with its I/O."""

    control: Control
    interval: float = 1.0

    async def observe(self) -> Sequence[Drain]:
        """Also brings the edges to the share of this moment. That is no decision, but what an earlier one said about now; doing
        it here makes it right again after whatever went wrong at the last step."""
        drains = await Drains(self.control.database).all()
        state = self.control.state(STATE)
        now = shares(self.control.config(), drains, self.control.clock.now())
        if isinstance(state, RegionsState) and dict(state.drains) != dict(now):
            await self.control.recompile()
        return drains

    async def actuate(self, decision: Decision) -> None:
        action = decision.action
        stored = Drains(self.control.database)
        if action["do"] == "told":
            drain = from_json(action["drain"])
            await stored.told(drain, action["quarter"])
            if drain.returning and action["quarter"] == QUARTERS:
                await stored.remove(drain)
            return
        at = decision.at or self.control.clock.now()
        present = {drain.location: drain for drain in await stored.all()}
        begun = [
            _begun(present.get(location), location, action, decision, at) for location in action["locations"]
        ]
        await stored.put([drain for drain in begun if drain])
        await self.control.recompile()


def _begun(
    present: Drain | None, location: str, action: Mapping[str, Any], decision: Decision, at: datetime
) -> Drain | None:
    """The drain that the action begins, from the share that is away at the time; None where it has begun, or nothing is to
    be given back."""
    share = present.share(at) if present else 0.0
    to = 1.0 if action["do"] == "drain" else 0.0
    if present and (present.started_at == at or present.to_share == to):
        return None
    if present is None and to == 0.0:
        return None
    over = float(action["over"]) * abs(to - share)
    return Drain(
        location, share, to, at, over if math.isfinite(over) else 0.0, decision.reason, decision.actor
    )
