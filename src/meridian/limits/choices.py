"""Carries out what an operator decided about limits, and takes back overrides whose time is over.

Operators' decisions and their undoing go through the same actuator: what is journalled is what is done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from meridian.core.decision import Decision, clip
from meridian.core.errors import Conflict, InvalidInput
from meridian.feature import Control
from meridian.limits.applies import section
from meridian.limits.load import longest_block
from meridian.limits.store import Blocked, Kind, Lifted, Lifts, Override, Overrides, Resets

NAME = "limits.choices"


def override_action(override: Override | None, kind: Kind, subject: str, policy: str) -> dict[str, Any]:
    """What puts this override in force; None clears the one there is."""
    action: dict[str, Any] = {
        "controller": NAME,
        "do": "override",
        "kind": kind,
        "subject": subject,
        "policy": policy,
    }
    if override is None:
        return {**action, "rate": None}
    expires = override.expires_at.isoformat() if override.expires_at else None
    return {
        **action,
        "rate": override.rate,
        "reason": override.reason,
        "author": override.author,
        "expires_at": expires,
    }


def reset_action(kind: Kind, subject: str, generation: int) -> dict[str, Any]:
    """What lets this generation of counters count."""
    return {
        "controller": NAME,
        "do": "reset",
        "kind": kind,
        "subject": subject,
        "generation": generation,
    }


def lift_action(kind: Blocked, subject: str, lifted: bool) -> dict[str, Any]:
    """What ends the blocks there are, or, with `lifted` false, takes that back."""
    return {"controller": NAME, "do": "lift", "kind": kind, "subject": subject, "lifted": lifted}


class ChoicesJudge:
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
        if not evidence.keys() >= {"created_at", "expires_at"}:
            raise Conflict("a person decided this; only what a controller decided can be decided again")
        try:
            times = {name: datetime.fromisoformat(evidence[name]) for name in ("created_at", "expires_at")}
            return [_expiry(Override(**{**evidence, **times}))]
        except (TypeError, ValueError, AttributeError) as error:
            raise Conflict(
                f"the evidence of this decision cannot be read ({type(error).__name__}: {error})",
                "another version of Meridian may have written it",
            ) from error


def _expiry(override: Override) -> Decision:
    assert override.expires_at
    ended = f"the {override.policy} limit of {override.subject} is the usual one again"
    return Decision(
        controller=NAME,
        kind="override-expired",
        subject=override.subject,
        sentence=clip(f"{ended}: {override.author}'s {override.rate} have expired"),
        evidence={
            "kind": override.kind,
            "subject": override.subject,
            "policy": override.policy,
            "rate": override.rate,
            "reason": override.reason,
            "author": override.author,
            "created_at": override.created_at.isoformat(),
            "expires_at": override.expires_at.isoformat(),
        },
        action={
            "controller": NAME,
            "do": "expire",
            "kind": override.kind,
            "subject": override.subject,
            "policy": override.policy,
            "by": override.expires_at.isoformat(),
        },
    )


@dataclass(slots=True)
class Choices(ChoicesJudge):
    """The judge with its I/O."""

    control: Control
    interval: float = 1.0

    async def observe(self) -> Sequence[Override]:
        return await Overrides(self.control.database).expired(self.control.clock.now())

    async def actuate(self, decision: Decision) -> None:
        action, at = decision.action, decision.at or self.control.clock.now()
        kind, subject = action["kind"], str(action["subject"])
        if action["do"] == "reset":
            await Resets(self.control.database).put(kind, subject, int(action["generation"]), at)
        elif action["do"] == "lift":
            await self._lift(decision, kind, subject, at)
        else:
            await self._override(action, kind, subject, at)
        await self.control.recompile()

    async def _lift(self, decision: Decision, kind: Blocked, subject: str, at: datetime) -> None:
        lifts = Lifts(self.control.database)
        if not decision.action["lifted"]:
            await lifts.remove(kind, subject)
            return
        oldest = at - timedelta(seconds=longest_block(section(self.control.config())))
        await lifts.put(Lifted(kind, subject, at, decision.reason, decision.actor), oldest)

    async def _override(self, action: Mapping[str, Any], kind: Kind, subject: str, at: datetime) -> None:
        overrides, policy = Overrides(self.control.database), str(action["policy"])
        if action["do"] == "expire":
            await overrides.clear(kind, subject, policy, datetime.fromisoformat(action["by"]))
        elif action["rate"] is None:
            await overrides.clear(kind, subject, policy)
        else:
            await overrides.put(_override(action, kind, subject, policy, at))


def _override(action: Mapping[str, Any], kind: Kind, subject: str, policy: str, at: datetime) -> Override:
    expires = datetime.fromisoformat(action["expires_at"]) if action.get("expires_at") else None
    if expires and expires <= at:
        raise InvalidInput(
            f"the override of {subject} would have expired at {expires:%Y-%m-%d %H:%M} UTC", "set a new one"
        )
    return Override(
        kind, subject, policy, int(action["rate"]), action["reason"], action["author"], at, expires
    )
