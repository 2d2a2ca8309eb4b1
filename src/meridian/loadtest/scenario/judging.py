"""What an answer means: by its status, by what the app says in it, and by the checks of its step.

An answer is input from outside, so nothing in it may make a judge fail, and nothing in it may be named without bound: names of
locations and versions are kept apart in the record, and there is room for so many.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from meridian.loadtest.outcomes import CHECK, LIMITED, OK, outcome
from meridian.loadtest.plan import Answer, Seen
from meridian.loadtest.scenario.model import ChecksWritten
from meridian.loadtest.settings import Answers

if TYPE_CHECKING:
    from meridian.loadtest.scenario.crowd import User

MOST_NAMES = 200
"""Different names of locations, versions and problems that one process tells apart."""
LONGEST_NAME = 63
OTHER = "other"

Custom = Callable[[Answer, "User"], object]
"""A check of a Python scenario. Returns None or True when all is well, else what is wrong in a few words, or False."""

_UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)
_Name = str | int | float | bool | None


class _Problem(msgspec.Struct):
    """The fields of problem+json (RFC 9457) that are looked at."""

    title: _Name = None
    limit: _Name = None


class Reader:
    """Reads who answered, and for whom, out of the app's JSON."""

    def __init__(self, answers: Answers) -> None:
        fields = {"location": answers.location, "version": answers.version}
        fields |= {"home": answers.home, "tier": answers.tier}
        self._told = msgspec.json.Decoder(
            msgspec.defstruct("Told", [(name, _Name, None) for name in fields], rename=fields)
        )
        self._problem = msgspec.json.Decoder(_Problem)
        self._nothing = msgspec.defstruct("Told", [(name, _Name, None) for name in fields])()
        self._names: dict[object, str] = {None: ""}

    def told(self, body: bytes) -> Any:
        """With `location`, `version`, `home` and `tier`; None where it does not say."""
        try:
            return self._told.decode(body)
        except _UNREADABLE:
            return self._nothing

    def problem(self, body: bytes) -> _Problem:
        try:
            return self._problem.decode(body)
        except _UNREADABLE:
            return _Problem()

    def name(self, value: object) -> str:
        """As it may stand in the record; "other" when there are too many already, or it is no name."""
        known = self._names.get(value)
        if known is not None:
            return known
        text = str(value)
        if len(self._names) >= MOST_NAMES or not (0 < len(text) <= LONGEST_NAME and text.isprintable()):
            return OTHER
        self._names[value] = text
        return text


class Judge:
    """Of one step. allowed: region of the user -> locations that may answer; a region that is not here: any."""

    __slots__ = ("_allowed", "_custom", "_fields", "_headers", "_plain", "_reader", "_written", "expected")

    def __init__(
        self,
        written: ChecksWritten,
        reader: Reader,
        allowed: Mapping[str, frozenset[str]],
        custom: Sequence[tuple[str, Custom]] = (),
    ) -> None:
        self.expected = frozenset(written.status)
        self._reader = reader
        self._written = written
        self._allowed = allowed
        self._custom = custom
        self._fields = [(f"field {path}", path.split("."), value) for path, value in written.fields.items()]
        self._headers = [(f"header {name.lower()}", name, value) for name, value in written.headers.items()]
        self._plain = not (custom or written.fields or written.headers)

    def well(self, status: int) -> bool:
        """Whether an answer is what was hoped for, by its status."""
        return status in self.expected if self.expected else 200 <= status < 400

    def seen(self, user: User, answer: Answer) -> Seen:
        status = answer.status
        if not self.well(status):
            return self._unwell(status, answer)
        told = self._reader.told(answer.body)
        name = self._reader.name
        wrong = self._wrong(user, answer, told)
        location, version = name(told.location), name(told.version)
        return Seen(CHECK if wrong else OK, location, version, wrong)

    def _unwell(self, status: int, answer: Answer) -> Seen:
        if status <= 0:
            return Seen(outcome(status), "", "", answer.detail)
        problem = self._reader.problem(answer.body)
        if status == 429:
            named = problem.limit or header(answer.head, "x-meridian-limit")
            if self._written.limit and not (named and header(answer.head, "retry-after")):
                return Seen(CHECK, "", "", "limit")
            return Seen(LIMITED, "", "", self._reader.name(named) if named else "429")
        told = self._reader.told(answer.body)
        location, version = self._reader.name(told.location), self._reader.name(told.version)
        if status < 400:
            return Seen(CHECK, location, version, "status")
        title = problem.title if isinstance(problem.title, str) else None
        return Seen(outcome(status), location, version, f"{status} {self._reader.name(title)}".strip())

    def _wrong(self, user: User, answer: Answer, told: Any) -> str:
        """The name of the first check that fails, or empty."""
        written = self._written
        if written.home and told.home != user.home:
            return "home"
        if written.tier and user.tier and told.tier != user.tier:
            return "tier"
        if written.residency and told.location not in self._allowed.get(user.home, (told.location,)):
            return "residency"
        if written.within is not None and answer.ms > written.within * 1000:
            return "within"
        return "" if self._plain else self._further(user, answer)

    def _further(self, user: User, answer: Answer) -> str:
        for check, name, value in self._headers:
            if header(answer.head, name) != value:
                return check
        content = _content(answer.body) if self._fields else None
        for check, path, value in self._fields:
            if _text(_inside(content, path)) != value:
                return check
        for check, custom in self._custom:
            if not _agrees(custom, answer, user):
                return check
        return ""


def names(written: ChecksWritten, custom: Sequence[str] = ()) -> list[str]:
    """The checks of a step, as `Seen.detail` names those that fail, in the order in which they are asked."""
    asked = [
        ("status", bool(written.status)),
        ("limit", written.limit),
        ("home", written.home),
        ("tier", written.tier),
    ]
    asked += [("residency", written.residency), ("within", written.within is not None)]
    found = [name for name, on in asked if on]
    found += [f"header {name.lower()}" for name in written.headers]
    return [*found, *(f"field {path}" for path in written.fields), *custom]


def header(head: bytes, name: str) -> str:
    """The value of a header, or empty."""
    found = re.search(rb"(?:^|\n)" + re.escape(name.encode()) + rb":[ \t]*([^\r\n]*)", head, re.IGNORECASE)
    return found[1].decode("latin-1").rstrip() if found else ""


def _content(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except _UNREADABLE:
        return None


def _inside(value: Any, path: Sequence[str]) -> Any:
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isascii() and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _text(value: Any) -> str | None:
    """As the scenario writes it; a mapping or a list equals nothing."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else None


def _agrees(custom: Custom, answer: Answer, user: User) -> bool:
    """A check that fails itself does not agree: what it asks for was not there."""
    try:
        said = custom(answer, user)
    except Exception:  # noqa: BLE001 - somebody else's code, over somebody else's answers
        return False
    return said is None or said is True
