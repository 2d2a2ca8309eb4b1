"""Walks a configuration model by path: which settings a place has, and what kind of place it is."""

import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo


@dataclass(frozen=True, slots=True)
class Place:
    """kind: what the last step of the path is: a "setting" of a section, an "entry" of a mapping, an "item" of a list,
    or "unknown". type: of its value, without Annotated and None. field: of a setting."""

    kind: str
    type: Any
    field: FieldInfo | None = None

    @property
    def settings(self) -> tuple[str, ...]:
        """Names of the settings here, when this is a section."""
        return tuple(written(self.type)) if is_section(self.type) else ()


def place(model: type[BaseModel], path: Sequence[str | int]) -> Place:
    at = Place("entry", model)
    for step in path:
        at = _step(at.type, step)
    return at


def written(section: type[BaseModel]) -> dict[str, FieldInfo]:
    """A section's settings by the name that people write: one that Python has taken already, such as `class`, is an alias."""
    return {field.alias or name: field for name, field in section.model_fields.items()}


def bare(annotation: Any) -> Any:
    """The type inside Annotated[...] and `... | None`."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return bare(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        inner = [argument for argument in get_args(annotation) if argument is not type(None)]
        return bare(inner[0]) if len(inner) == 1 else annotation
    return annotation


def is_section(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _step(kind: Any, step: str | int) -> Place:
    if is_section(kind):
        field = written(kind).get(str(step))
        return Place("setting", bare(field.annotation), field) if field else Place("unknown", None)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (dict, Mapping) and isinstance(step, str):
        return Place("entry", bare(arguments[1]))
    if origin in (tuple, list) and isinstance(step, int):
        return Place("item", bare(arguments[0]))
    return Place("unknown", None)
