"""A decision: what was decided, about what, from which evidence, and one sentence saying why."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

SENTENCE_LIMIT = 140


@dataclass(frozen=True, slots=True)
class Decision:
    """What a controller or a person decided.

    controller: who decided ("regions.drain"), or "operator" for a person.
    kind: the sort of decision, a slug ("drain-step"). subject: what it is about ("europe-west1").
    sentence: why, with its numbers, for a person; at most 140 characters.
    evidence: JSON, everything the decision was made from; enough to decide again and get the same.
    action: JSON, what an actuator has to do; empty where the decision only records.
    undo: JSON, the action that takes it back; None where nothing can.
    actor: the person or process; reason: what a person gave as the reason.
    id and at are stamped by the journal's writer, not by the pure core.
    """

    controller: str
    kind: str
    subject: str
    sentence: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    action: Mapping[str, Any] = field(default_factory=dict)
    undo: Mapping[str, Any] | None = None
    actor: str = "meridian"
    reason: str = ""
    id: str = ""
    at: datetime | None = None

    def __post_init__(self) -> None:
        if len(self.sentence) > SENTENCE_LIMIT:
            raise ValueError(
                f"a decision explains itself in {SENTENCE_LIMIT} characters, not {len(self.sentence)}: {self.sentence}"
            )

    def stamped(self, id: str, at: datetime) -> "Decision":
        return replace(self, id=id, at=at)


def clip(sentence: str) -> str:
    """The sentence, cut to the limit with an ellipsis where a name made it too long."""
    return sentence if len(sentence) <= SENTENCE_LIMIT else sentence[: SENTENCE_LIMIT - 1] + "…"


def to_json(decision: Decision) -> dict[str, Any]:
    return {
        "id": decision.id,
        "at": decision.at.isoformat() if decision.at else None,
        "controller": decision.controller,
        "kind": decision.kind,
        "subject": decision.subject,
        "sentence": decision.sentence,
        "evidence": dict(decision.evidence),
        "action": dict(decision.action),
        "undo": dict(decision.undo) if decision.undo is not None else None,
        "actor": decision.actor,
        "reason": decision.reason,
    }


def from_json(raw: Mapping[str, Any]) -> Decision:
    """Raises KeyError, TypeError or ValueError when `raw` is not a decision."""
    at = datetime.fromisoformat(raw["at"]) if raw.get("at") else None
    return Decision(**{**raw, "at": at})
