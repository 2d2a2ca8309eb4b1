"""Carries out what was decided about levels, by the rules or by a person: what is journalled is what is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from meridian.core.decision import Decision
from meridian.degradation.state import Standing
from meridian.degradation.store import Levels
from meridian.feature import Control

RULES = "meridian"
"""The actor of what the rules decide."""


async def carry_out(control: Control, decision: Decision) -> None:
    """Safe to repeat. What the rules decided is dropped where somebody changed the level since they looked: a person's order
    comes before what was seen earlier."""
    action, levels = decision.action, Levels(control.database)
    at = decision.at or control.clock.now()
    region = str(action["region"])
    before = (await levels.all()).get(region, Standing(region))
    if before.changed_at == at:
        return
    if decision.actor == RULES and _changed(before) != action["was"]:
        return
    await levels.put(after(before, decision, at))
    await control.recompile()


def after(before: Standing, decision: Decision, at: datetime) -> Standing:
    """Where a region stands once a decision is carried out."""
    action, by_rule = decision.action, decision.actor == RULES
    found = replace(
        before,
        automatic=action["automatic"],
        manual=action["manual"] if action["do"] == "set" else before.manual,
        changed_at=at,
        told_at=before.told_at if by_rule else at,
    )
    same = before.since is not None and found.level == before.level
    if same and by_rule:
        return found
    return replace(found, since=before.since if same else at, why=decision.sentence, by=decision.actor)


def _changed(standing: Standing) -> str | None:
    return standing.changed_at.isoformat() if standing.changed_at else None
