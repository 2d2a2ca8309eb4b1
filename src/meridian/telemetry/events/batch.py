"""A batch as it is sent. Each event is looked at by itself, so that a malformed one keeps none of its neighbours out, while the
published schema is that of good events."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from meridian.core.wording import said
from meridian.telemetry.events.types import Event

MOST = 1000
"""Events in a batch."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """What stands where an event should, and why it is none."""

    reason: str


def _each(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    try:
        return handler(value)
    except ValidationError as error:
        return Malformed(reason(error))


class Batch(BaseModel):
    """events: in any order. Each is taken or refused by itself."""

    model_config = ConfigDict(extra="forbid")

    events: Annotated[list[Annotated[Event, WrapValidator(_each)]], Field(max_length=MOST)]

    def each(self) -> Sequence[Event | Malformed]:
        """Events, and what is none, in their order."""
        return self.events


def reason(error: ValidationError) -> str:
    """What is wrong first of all, and where; never the value itself, which may be large or a secret."""
    found = error.errors(include_url=False, include_context=True, include_input=False)[0]
    kind, where = found["type"], ".".join(str(part) for part in found["loc"][1:])
    if kind == "union_tag_invalid":
        return f"type: there is no such event; write one of {found['ctx']['expected_tags']}"
    if kind == "union_tag_not_found":
        return "type: this is missing; say which event it is"
    if not where and kind == "model_attributes_type":
        return "an event is a JSON object"
    return f"{where[:80]}: {said(found)}" if where else said(found)
