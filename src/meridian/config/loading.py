"""Reads a configuration and says everything that is wrong with it at once, each with its file, line and column."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import ValidationError

from meridian.config import messages
from meridian.config.document import MAX_BYTES, Document, Mark, Placed, parse
from meridian.config.salvage import Doubt, salvage
from meridian.config.schema.root import Config
from meridian.core.errors import Finding, InvalidInput

C = TypeVar("C", bound=Config)


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem in a configuration. line and column count from 1; both are 0 when it is the file as a whole."""

    name: str
    line: int
    column: int
    path: str
    what: str
    todo: str

    def __str__(self) -> str:
        place = f"{self.name}:{self.line}:{self.column}" if self.line else self.name
        about = f"{self.path}: " if self.path else ""
        todo = f"; {self.todo}" if self.todo else ""
        return f"{place}: {about}{self.what}{todo}"

    def document(self) -> dict[str, str | int]:
        """As JSON."""
        return {
            "file": self.name,
            "line": self.line,
            "column": self.column,
            "path": self.path,
            "what": self.what,
            "todo": self.todo,
            "message": str(self),
        }


class InvalidConfig(InvalidInput):
    """A configuration that can't be used. problems: all of them, in the order of the file."""

    kind = "invalid-configuration"

    def __init__(self, name: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        self.headline = f"{name} has {count}"
        super().__init__("\n".join([self.headline, *map(str, problems)]))


@dataclass(frozen=True, slots=True)
class Loaded(Generic[C]):
    """A configuration of the right shape. text: as it was written."""

    config: C
    name: str
    text: str
    positions: Document

    def refuse(self, findings: Iterable[Finding]) -> None:
        """Raises InvalidConfig when there are findings."""
        if placed := [self.positions.place(finding) for finding in findings]:
            raise invalid(self.name, placed)


@dataclass(frozen=True, slots=True)
class Draft(Generic[C]):
    """A configuration as far as it could be read. loaded: None when too little of it has the right shape to check the rest.

    problems: of its text and shape. doubt: what was left out of `loaded` because it was at fault.
    """

    name: str
    document: Document
    problems: tuple[Placed, ...]
    doubt: Doubt | None = None
    loaded: Loaded[C] | None = None


def load(source: Path | str | bytes, model: type[C], *, name: str = "meridian.yaml") -> Loaded[C]:
    """Reads a file (Path) or a text, which is called `name` in messages. Raises InvalidConfig with every problem of its
    text and shape; `validation.validate` finds what is wrong beyond that."""
    found = draft(source, model, name=name)
    if found.problems or found.loaded is None:
        raise invalid(found.name, found.problems)
    return found.loaded


def draft(source: Path | str | bytes, model: type[C], *, name: str = "meridian.yaml") -> Draft[C]:
    """Reads as much as can be read. Never raises."""
    if isinstance(source, Path):
        name = str(source)
    content = _content(source)
    if isinstance(content, Finding):
        return Draft(name, Document(), (Placed(content, None),))
    document = parse(content)
    if document.problems and not isinstance(document.value, dict):
        return Draft(name, document, tuple(document.problems))
    if not isinstance(document.value, dict):
        what = f"a configuration is a mapping of settings, and this is {messages.shown(document.value)}"
        finding = Finding((), what, "`meridian init` writes one to start from")
        return Draft(name, document, (document.place(finding),))
    text = content.decode("utf-8-sig")
    problems = list(document.problems)
    try:
        config = model.model_validate(document.value)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        wrong = {placed.finding.path for placed in problems}
        problems += [
            document.place(one.finding, of_key=one.of_key) for one in messages.findings(errors, model, wrong)
        ]
        saved = salvage(document.value, errors, model)
        if saved is None:
            return Draft(name, document, tuple(problems))
        return Draft(name, document, tuple(problems), saved.doubt, Loaded(saved.config, name, text, document))
    return Draft(name, document, tuple(problems), None, Loaded(config, name, text, document))


def invalid(name: str, placed: Iterable[Placed]) -> InvalidConfig:
    """The error that tells all of them, in the order of the file, each once."""
    ordered = sorted(
        placed, key=lambda one: (one.mark is not None, one.mark and (one.mark.line, one.mark.column))
    )
    return InvalidConfig(name, list(dict.fromkeys(_problem(name, one) for one in ordered)))


def _problem(name: str, placed: Placed) -> Problem:
    mark = placed.mark or Mark(0, 0)
    found = placed.finding
    return Problem(name, mark.line, mark.column, dotted(found.path), found.what, found.todo)


def dotted(path: tuple[str | int, ...]) -> str:
    """A path as people write it: regions.EU.locations[0]."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += ("." if text else "") + messages.shown(step)
    return text


def _content(source: Path | str | bytes) -> bytes | Finding:
    if isinstance(source, bytes):
        return source
    try:
        if isinstance(source, str):
            return source.encode("utf-8")
        with source.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return Finding(
            (), "there is no such file", "check the path; `meridian init` writes one to start from"
        )
    except IsADirectoryError:
        return Finding((), "this is a folder, not a file", "name the file in it, such as meridian.yaml")
    except UnicodeEncodeError:
        return Finding((), "the text holds half of a UTF-16 pair", "save it as UTF-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return Finding((), f"the file can't be read: {reason}", "check its path and permissions")
