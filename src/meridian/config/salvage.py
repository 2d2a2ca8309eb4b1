"""Makes a usable configuration out of one with faults, by leaving out what is at fault.

So that one run names every problem: without this, a misspelt key would hide a country that is in two regions until it
is mended. What was left out is remembered by name, because findings about it would only be echoes.
"""

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from meridian.config.document import Path
from meridian.config.schema.root import Config
from meridian.config.shape import place
from meridian.core.errors import Finding

C = TypeVar("C", bound=Config)
ROUNDS = 4
WORD = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Doubt:
    """names: of entries that were left out and everything in them, folded. sections: paths of sections that lost a setting,
    which has its default instead."""

    names: frozenset[str] = frozenset()
    sections: frozenset[Path] = frozenset()

    def covers(self, finding: Finding) -> bool:
        """Whether a finding is about something that was left out, or stands beside it."""
        if any(finding.path[: len(section)] == section for section in self.sections):
            return True
        text = " ".join([*map(str, finding.path), finding.what])
        return any(word.casefold() in self.names for word in WORD.findall(text))


@dataclass(frozen=True, slots=True)
class Saved(Generic[C]):
    """doubt: what a finding must not be about, as it may be an echo of what was left out."""

    config: C
    doubt: Doubt


def salvage(value: Mapping[str, Any], errors: Sequence[ErrorDetails], model: type[C]) -> Saved[C] | None:
    """The configuration without its faults, or None where something that can't be left out is at fault."""
    remaining = copy.deepcopy(dict(value))
    names: set[str] = set()
    sections: set[Path] = set()
    for _ in range(ROUNDS):
        removals = {_removable(tuple(error["loc"]), model) for error in errors}
        if None in removals:
            return None
        # from the end of each list backwards, so that indices stay true
        for path in sorted((path for path in removals if path), key=_index_order, reverse=True):
            gone = _remove(remaining, path)
            if place(model, path).kind in ("entry", "item"):
                names |= set(_words([path[-1], gone]))
            elif len(path) > 2 and place(model, path).kind == "setting":
                sections.add(path[:-1])
        try:
            config = model.model_validate(remaining)
        except ValidationError as error:
            errors = error.errors(include_url=False)
        else:
            return Saved(config, Doubt(frozenset(names), frozenset(sections)))
    return None


def _index_order(path: Path) -> tuple[tuple[int, str], ...]:
    return tuple((step, "") if isinstance(step, int) else (-1, step) for step in path)


def _removable(location: Path, model: type[Config]) -> Path | None:
    """The smallest thing around a fault that a configuration can do without."""
    path = tuple(step for step in location if step != "[key]")
    while path:
        at = place(model, path)
        above = place(model, path[:-1])
        if at.kind in ("entry", "item") or (at.kind == "unknown" and above.settings):
            return path
        if at.field is not None and not at.field.is_required():
            return path
        path = path[:-1]
    return None


def _remove(value: Any, path: Path) -> Any:
    """Takes out what `path` leads to, if it is still there, and returns it."""
    try:
        for step in path[:-1]:
            value = value[step]
        return value.pop(path[-1])
    except (KeyError, IndexError, TypeError, AttributeError):
        return None


def _words(value: Any) -> Iterator[str]:
    """Every name in a value, folded."""
    if isinstance(value, str):
        yield from (word.casefold() for word in WORD.findall(value))
    elif isinstance(value, Mapping):
        yield from _words([*value.keys(), *value.values()])
    elif isinstance(value, list):
        for item in value:
            yield from _words(item)
