"""Carries out what an operator decided about single users, and takes back overrides whose time is over.

Operators' decisions and their undoing go through the same actuator: what is journalled is what is done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from meridian.core.decision import Decision, clip
from meridian.core.errors import InvalidInput
from meridian.feature import Control
from meridian.regions.homes.store import OPERATOR, Home, Homes, Override, Overrides
from meridian.regions.replaying import deciding_again

NAME = "regions.placing"


def override_action(override: Override | None, user: str) -> dict[str, Any]:
    """What puts this override in force; None clears the user's."""
    action: dict[str, Any] = {"controller": NAME, "do": "override", "user": user}
    if override is None:
        return {**action, "region": None}
    expires = override.expires_at.isoformat() if override.expires_at else None
    return {
        **action,
        "region": override.region,
        "reason": override.reason,
        "author": override.author,
        "expires_at": expires,
    }


def home_action(home: Home | None, user: str) -> dict[str, Any]:
    """What stores this home; None forgets the user's."""
    action: dict[str, Any] = {"controller": NAME, "do": "home", "user": user}
    if home is None:
        return {**action, "region": None}
    return {**action, "region": home.region, "source": home.source, "decided_by": home.decided_by}


class PlacingJudge:
    """Its observation: the overrides whose time is over."""

    name = NAME

    def initial(self) -> None:
        return None

    def decide(
        self, policy: Any, state: None, observation: Sequence[Override], now: datetime
    ) -> tuple[None, Sequence[Decision]]:
        return None, [_expiry(each) for each in observation if each.expires_at and each.expires_at <= now]

    def replay(self, policy: Any, evidence: Mapping[str, Any]) -> Sequence[Decision]:
        """Of an override's end. Raises Conflict for what else this carries out, which people decide."""
        with deciding_again(evidence, "created_at", "expires_at"):
            times = {name: datetime.fromisoformat(evidence[name]) for name in ("created_at", "expires_at")}
            return [_expiry(Override(**{**evidence, **times}))]


def _expiry(override: Override) -> Decision:
    assert override.expires_at
    return Decision(
        controller=NAME,
        kind="override-expired",
        subject=override.user,
        sentence=clip(
            f"the override of {override.user} to {override.region} has expired, as {override.author} wished"
        ),
        evidence={
            "user": override.user,
            "region": override.region,
            "reason": override.reason,
            "author": override.author,
            "created_at": override.created_at.isoformat(),
            "expires_at": override.expires_at.isoformat(),
        },
        action={
            "controller": NAME,
            "do": "expire",
            "user": override.user,
            "by": override.expires_at.isoformat(),
        },
    )


@dataclass(slots=True)
class Placing(PlacingJudge):
    """The judge with its I/O."""

    control: Control
    interval: float = 1.0

    async def observe(self) -> Sequence[Override]:
        return await Overrides(self.control.database).expired(self.control.clock.now())

    async def actuate(self, decision: Decision) -> None:
        action, at = decision.action, decision.at or self.control.clock.now()
        homes, overrides = Homes(self.control.database), Overrides(self.control.database)
        user, region = str(action["user"]), action.get("region")
        if action["do"] == "home":
            if region is None:
                await homes.forget(user)
            else:
                await homes.assign(
                    Home(
                        user,
                        region,
                        action.get("source", OPERATOR),
                        action.get("decided_by", decision.actor),
                        at,
                    )
                )
            return  # homes travel in home tokens, not in snapshots
        if action["do"] == "expire":
            await overrides.clear(user, datetime.fromisoformat(action["by"]))
        elif region is None:
            await overrides.clear(user)
        else:
            await overrides.put(_override(user, action, at))
        await self.control.recompile()


def _override(user: str, action: Mapping[str, Any], at: datetime) -> Override:
    expires = datetime.fromisoformat(action["expires_at"]) if action.get("expires_at") else None
    if expires and expires <= at:
        raise InvalidInput(
            f"the override of {user} would have expired at {expires:%Y-%m-%d %H:%M} UTC", "set a new one"
        )
    return Override(user, action["region"], action["reason"], action["author"], at, expires)
