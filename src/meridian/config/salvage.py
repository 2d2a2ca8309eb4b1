"""Makes a usable configuration out of one with faults, by leaving out what is at fault.

So that one run names every problem: without this, a misspelt key would hide a country that is in two regions until it
is mended. What was left out is remembered by name, because findings about it would only be echoes.
"""

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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


@dataclass(slots=True)
class Doubt:
    """What was left out, so that findings about the rest can be placed, and echoes told apart.

    names: of entries that were left out and everything in them, folded. sections: paths of sections that lost a setting
    other than a number, which has its default instead. gaps: path of a list, as written -> indices of items left out."""

    names: set[str] = field(default_factory=set)
    sections: set[Path] = field(default_factory=set)
    gaps: dict[Path, set[int]] = field(default_factory=dict)

    def covers(self, finding: Finding) -> bool:
        """Whether a finding (with its path as written) is about something that was left out, or stands beside it."""
        if any(finding.path[: len(section)] == section for section in self.sections):
            return True
        return any(word.casefold() in self.names for word in WORD.findall(finding.what))

    def written(self, path: Path) -> Path:
        """The path in the text of what is at `path` in the salvaged configuration."""
        found: Path = ()
        for step in path:
            if isinstance(step, int):
                for gap in sorted(self.gaps.get(found, ())):
                    step += gap <= step
            found = (*found, step)
        return found

    def leave_out(self, path: Path, gone: Any, model: type[Config]) -> None:
        """Remembers that what stood at `path`, as written, was left out."""
        at = place(model, path)
        if at.kind in ("entry", "item"):
            self.names |= set(_words([path[-1], gone]))
        elif at.kind == "setting" and len(path) > 2 and at.type not in (int, float):
            self.sections.add(path[:-1])
        if isinstance(path[-1], int):
            self.gaps.setdefault(path[:-1], set()).add(path[-1])


@dataclass(frozen=True, slots=True)
class Saved(Generic[C]):
    config: C
    doubt: Doubt


def salvage(value: Mapping[str, Any], errors: Sequence[ErrorDetails], model: type[C]) -> Saved[C] | None:
    """The configuration without its faults, or None where something that can't be left out is at fault."""
    remaining = copy.deepcopy(dict(value))
    doubt = Doubt()
    for _ in range(ROUNDS):
        removals = {_removable(tuple(error["loc"]), model) for error in errors}
        if None in removals:
            return None
        _leave_out(remaining, {path for path in removals if path}, doubt, model)
        try:
            return Saved(model.model_validate(remaining), doubt)
        except ValidationError as error:
            errors = error.errors(include_url=False)
    return None


def _leave_out(remaining: dict[str, Any], removals: set[Path], doubt: Doubt, model: type[Config]) -> None:
    """From the end of each list backwards, so that indices stay true; paths as written are worked out before any moves."""
    written = {path: doubt.written(path) for path in removals}
    for path in sorted(removals, key=_index_order, reverse=True):
        doubt.leave_out(written[path], _remove(remaining, path), model)


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
