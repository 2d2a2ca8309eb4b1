"""Taking a decision back, and deciding one again.

An undo is a decision itself, made by a person: it is journalled with who and why, then carried out by the
actuator that carried out the first one. An actuator is a feature's controller, or control itself for
configurations.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from meridian.api.applying import SUBJECT
from meridian.api.control import ControlPlane
from meridian.core.controller import Controller
from meridian.core.decision import Decision, clip, to_json
from meridian.core.errors import Conflict
from meridian.envoy.snapshot import canonical

COMPARED = ("controller", "kind", "subject", "sentence", "action", "undo")


@dataclass(frozen=True, slots=True)
class Replayed:
    """sentence: whether deciding again gave the same, and what was different."""

    matches: bool
    sentence: str
    decided: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Undoing:
    """configuration: carries out {"rollback": version} for control itself, with actor and reason."""

    control: ControlPlane
    configuration: Callable[[int, str, str], Awaitable[Decision]]

    async def undo(self, id: str, actor: str, reason: str) -> Decision:
        """The decision that took it back. Raises NotFound, and Conflict when nothing can take it back, or
        it was already."""
        entry = await self.control.records.entry(id)
        before = entry.decision
        if entry.undone_at is not None:
            raise Conflict(
                f"{entry.undone_by} already undid this decision at {entry.undone_at:%Y-%m-%d %H:%M:%S} UTC"
            )
        if before.undo is None:
            raise Conflict("this decision cannot be undone", f"see what it did with `meridian journal {id}`")
        done = await self._carried_out(before, before.undo, actor, reason)
        # Only now: an undo that failed half-way may be asked for again, as an actuator is safe to repeat.
        await self.control.records.mark_undone(id, actor)
        return done

    async def _carried_out(
        self, before: Decision, undo: Mapping[str, Any], actor: str, reason: str
    ) -> Decision:
        if before.subject == SUBJECT and "rollback" in undo:
            return await self.configuration(int(undo["rollback"]), actor, reason)
        actuator = self._controller(before)
        if actuator is None:
            raise Conflict(f"nothing here can carry out the undo of a decision by {before.controller}")
        decision = Decision(
            controller=actuator.name,
            kind="undo",
            subject=before.subject,
            sentence=clip(f"{actor} took back: {before.sentence}"),
            evidence={"undoes": before.id},
            action=undo,
            undo=before.action or None,
            actor=actor,
            reason=reason,
        )
        [stored] = await self.control.journal.write([decision])
        await actuator.actuate(stored)
        return stored

    async def replay(self, id: str) -> Replayed:
        """Raises NotFound, and Conflict for a decision that a person made."""
        before = await self.control.journal.get(id)
        controller = self._controller(before)
        if controller is None or before.kind == "undo":
            raise Conflict(f"{before.actor} made this decision, and only a controller's can be made again")
        decided = list(controller.replay(self.control.config(), dict(before.evidence)))
        same = [decision for decision in decided if _essence(decision) == _essence(before)]
        if same:
            return Replayed(
                True, "deciding again from its evidence gives the same decision", _dumped(decided)
            )
        return Replayed(False, _difference(before, decided), _dumped(decided))

    def _controller(self, decision: Decision) -> Controller[Any, Any, Any] | None:
        """Who decided; for a person's decision, the controller that its undo names."""
        named = (decision.undo or {}).get("controller", "")
        for controller in self.control.controllers:
            if controller.name in (decision.controller, named):
                return controller
        return None


def _essence(decision: Decision) -> bytes:
    """What must be equal; identifiers and times are the journal's. Compared as JSON, in which it is
    stored."""
    return canonical({name: value for name, value in to_json(decision).items() if name in COMPARED})


def _difference(before: Decision, decided: list[Decision]) -> str:
    if not decided:
        return "deciding again from its evidence gives no decision"
    old, new = to_json(before), to_json(decided[0])
    names = [name for name in COMPARED if canonical(_one(old, name)) != canonical(_one(new, name))]
    return f"deciding again from its evidence gives another {', '.join(names)}"


def _one(raw: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {"value": raw[name]}


def _dumped(decisions: list[Decision]) -> list[dict[str, Any]]:
    return [to_json(decision) for decision in decisions]
