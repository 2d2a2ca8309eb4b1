"""Scenarios in Python: the same settings as in YAML, with loops and functions, and checks of one's own.

    from meridian.loadtest.scenario.python import scenario

    def for_this_user(answer, user):
        return None if user.id.encode() in answer.body else "somebody else's feed"

    scenario(
        name="feeds",
        title="Feeds",
        load={"phases": [{"name": "hold", "for": "60s", "rate": 50}]},
        flow=[{"name": "feed", "request": "GET /v1/feed"}],
        checks={"feed": [for_this_user]},
    )

A file is run with the rights of whoever runs it, so it is read from this machine only, never taken by the API.
"""

import ast
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from meridian.config.document import Document, Mark
from meridian.config.messages import shown
from meridian.core.errors import InvalidInput
from meridian.core.suggest import did_you_mean
from meridian.loadtest.scenario import reading
from meridian.loadtest.scenario.custom import Checks, CustomChecks
from meridian.loadtest.scenario.judging import Custom
from meridian.loadtest.scenario.scenario import Scenario


@dataclass(slots=True)
class Declared:
    """What a file declared. line: of the call."""

    settings: Mapping[str, Any]
    checks: Checks
    line: int


@dataclass(slots=True)
class _Run:
    """A file that is running. found: its scenarios."""

    name: str
    found: list[Declared] = field(default_factory=list)


_RUNNING: ContextVar[_Run] = ContextVar("scenario file")


def scenario(*, checks: Mapping[str, Sequence[Custom]] | None = None, **settings: Any) -> None:
    """Declares the scenario of a file. settings: as in YAML. checks: step -> functions that are given the answer
    (`loadtest.plan.Answer`) and the user (`scenario.crowd.User`), and return None when all is well, else anything else."""
    try:
        run = _RUNNING.get()
    except LookupError:
        raise InvalidInput(
            "a scenario is declared in a file that `meridian load` reads", "give it that file"
        ) from None
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename != run.name:
        frame = frame.f_back
    named = {
        step: tuple((_name(function), function) for function in of) for step, of in (checks or {}).items()
    }
    run.found.append(Declared(settings, named, frame.f_lineno))


def load(text: str, name: str) -> Scenario:
    """Raises InvalidInput with `file:line` and what is wrong there."""
    declared = read(text, name)
    steps = [str(step.get("name")) for step in declared.settings.get("flow", ()) if isinstance(step, dict)]
    for step in declared.checks:
        if step not in steps:
            raise _at(name, declared.line, f"checks: there is no step {step}; {did_you_mean(step, steps)}")
    names = {step: [check for check, _ in of] for step, of in declared.checks.items()}
    custom = CustomChecks(name, text, names) if names else None
    return reading.read(dict(declared.settings), name, text, _positions(text, declared), custom)


def read(text: str, name: str) -> Declared:
    """Runs a file. Raises InvalidInput when it fails, or declares other than one scenario."""
    run = _Run(name)
    reset = _RUNNING.set(run)
    try:
        exec(compile(text, name, "exec"), {"__name__": "scenario", "__file__": name})  # noqa: S102 - a scenario is a program
    except SyntaxError as error:
        raise _at(name, error.lineno or 1, f"this is not Python: {error.msg}") from None
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever the file raises is a mistake in it
        raise _at(name, _line(error, name), _sentence(error)) from None
    finally:
        _RUNNING.reset(reset)
    if not run.found:
        raise InvalidInput(f"{name} declares no scenario", "call `scenario(name=..., ...)` in it")
    if len(run.found) > 1:
        first = run.found[0].line
        raise _at(
            name, run.found[1].line, f"a second scenario; keep one in a file (the first is on line {first})"
        )
    return run.found[0]


def _name(check: object) -> str:
    if not callable(check):
        raise InvalidInput(f"checks: {shown(check)} is no function of an answer and a user")
    return str(getattr(check, "__name__", "check")).strip("<>")


def _at(name: str, line: int, what: str) -> InvalidInput:
    return InvalidInput(f"{name}:{line}: {what}")


def _sentence(error: BaseException) -> str:
    told = str(error) or "no reason given"
    return told if isinstance(error, InvalidInput) else f"{type(error).__name__}: {told}"


def _line(error: BaseException, name: str) -> int:
    """Where in the file it went wrong: the innermost of its own lines."""
    mine = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == name]
    return (mine[-1] if mine else None) or 1


def _positions(text: str, declared: Declared) -> Document:
    """Where settings stand: as far as the call is written out, at their own lines, else at the call's."""
    document = Document()
    document.keys[()] = Mark(declared.line, 1)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and _declares(node, declared.line):
            for keyword in node.keywords:
                _place(document, keyword.value, (str(keyword.arg),))
    return document


def _declares(node: ast.Call, line: int) -> bool:
    here = node.lineno <= line <= (node.end_lineno or node.lineno)
    return here and {keyword.arg for keyword in node.keywords} >= {"name", "flow"}


def _place(document: Document, node: ast.expr, path: tuple[str | int, ...]) -> None:
    document.keys[path] = Mark(node.lineno, node.col_offset + 1)
    for step, inner in _inside(node):
        _place(document, inner, (*path, step))


def _inside(node: ast.expr) -> Iterator[tuple[str | int, ast.expr]]:
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant):
                yield str(key.value), value
    elif isinstance(node, ast.List | ast.Tuple):
        yield from enumerate(node.elts)
