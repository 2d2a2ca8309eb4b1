"""A YAML document as plain values, each with the place where it stands, so that every later problem can name its line.

Read from libyaml's events rather than through a YAML constructor, for four reasons: plain scalars follow the core
schema of YAML 1.2, in which `NO` is Norway and not false; duplicate keys are found; aliases (and so alias bombs) and
tags are refused where they stand; nesting is bounded before anything recurses. Keys are always text.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from meridian.core.errors import Finding

MAX_BYTES = 1 << 20
MAX_DEPTH = 24

Path = tuple[str | int, ...]

_NULL = {"", "~", "null", "Null", "NULL"}
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]{1,30}")
_OCTAL = re.compile(r"0o[0-7]{1,30}")
_HEX = re.compile(r"0x[0-9a-fA-F]{1,30}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_TEXT = "tag:yaml.org,2002:str"
_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq")}


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the text; both count from 1. Column counts characters."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A problem, and where it stands; no mark when it is the file as a whole."""

    finding: Finding
    mark: Mark | None


@dataclass(slots=True)
class Document:
    """value: mappings, lists and scalars. problems: what is wrong with the text itself.

    keys: path -> where its key or list item begins. scalars: path -> where its value begins, for scalars.
    """

    value: Any = None
    keys: dict[Path, Mark] = field(default_factory=dict)
    scalars: dict[Path, Mark] = field(default_factory=dict)
    problems: list[Placed] = field(default_factory=list)

    def place(self, finding: Finding, *, of_key: bool = False) -> Placed:
        """The finding with its place: of the value when that is a scalar, else of its key.

        When the path leads to nothing that is written, the place of the nearest thing above it."""
        path = finding.path
        if not of_key and path in self.scalars:
            return Placed(finding, self.scalars[path])
        while path and path not in self.keys:
            path = path[:-1]
        return Placed(finding, self.keys.get(path, Mark(1, 1)))


def parse(content: bytes) -> Document:
    """Reads one document. Never raises: what is wrong with the text is in `problems`."""
    document = Document()
    if finding := _unreadable(content):
        document.problems.append(Placed(*finding))
        return document
    try:
        _Reader(content.decode("utf-8-sig"), document).read()
    except yaml.YAMLError as error:
        document.problems.append(_syntax(error))
    except _TooDeep:
        document.value = None
    return document


class _TooDeep(Exception):
    """Ends reading: libyaml takes quadratic time over brackets that are never closed, minutes for a megabyte."""


def _unreadable(content: bytes) -> tuple[Finding, Mark | None] | None:
    """Why these bytes can't be a configuration, whatever they say."""
    if len(content) > MAX_BYTES:
        what = f"the file has more than {MAX_BYTES:,} bytes, which no configuration has"
        return Finding((), what, "is this the right file?"), None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        mark = Mark(before.count("\n") + 1, len(before) - before.rfind("\n"))
        what = f"byte {content[error.start]:#04x} is not UTF-8 text"
        return Finding((), what, "is this the right file? if so, save it as UTF-8"), mark
    if "\0" in text:
        return Finding((), "the file is binary, not text", "is this the right file?"), None
    if not text.strip():
        return Finding((), "the file is empty", "`meridian init` writes one to start from"), None
    return None


@dataclass(slots=True)
class _Reader:
    text: str
    document: Document
    events: Iterator[Any] = field(init=False)

    def read(self) -> None:
        self.events = yaml.parse(self.text, Loader=yaml.CSafeLoader)
        documents = 0
        for event in self.events:
            if not isinstance(event, yaml.DocumentStartEvent):
                continue
            documents += 1
            if documents == 1:
                self.document.keys[()] = Mark(1, 1)
                self.document.value = self._value(next(self.events), ())
                continue
            self._problem((), "a second document begins here", "keep one configuration in a file", event)
            break
        if documents == 0 or (self.document.value is None and not self.document.problems):
            empty = Finding(
                (), "the file holds nothing but comments", "`meridian init` writes one to start from"
            )
            self.document.problems.append(Placed(empty, None))

    def _value(self, event: Any, path: Path) -> Any:
        if isinstance(event, yaml.AliasEvent):
            self._problem(
                path, f"*{event.anchor} is an alias", "write the value out; aliases are not read", event
            )
            return None
        if event.tag is not None and event.tag not in _TAGS:
            self._problem(path, f"the tag {_short(event.tag)} is not read", "remove it", event)
        if isinstance(event, yaml.ScalarEvent):
            self.document.scalars[path] = _mark(event)
            return _scalar(event)
        if len(path) >= MAX_DEPTH:
            self._problem(path[:1], f"nested more than {MAX_DEPTH} deep", "no setting is", event)
            raise _TooDeep
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return self._mapping(path)

    def _sequence(self, path: Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            at = (*path, len(items))
            self.document.keys[at] = _mark(event)
            items.append(self._value(event, at))
        return items

    def _mapping(self, path: Path) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._key(event, path)
            if key is None or key in entries:
                if key is not None:
                    first = self.document.keys[(*path, key)].line
                    todo = "keep one of the two, or merge them"
                    self._problem((*path, key), f"this key is also on line {first}", todo, event)
                self._skip_one(next(self.events))
                continue
            self.document.keys[(*path, key)] = _mark(event)
            entries[key] = self._value(next(self.events), (*path, key))
        return entries

    def _key(self, event: Any, path: Path) -> str | None:
        if isinstance(event, yaml.ScalarEvent):
            return str(event.value)
        self._problem(path, "a key here is not plain text", "write it as `name:`", event)
        self._skip_one(event)
        return None

    def _skip_one(self, event: Any) -> None:
        if isinstance(event, yaml.CollectionStartEvent):
            self._skip()

    def _skip(self) -> None:
        """Reads to the end of the collection that has just begun, without recursion."""
        depth = 1
        while depth:
            event = next(self.events)
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                raise _TooDeep

    def _problem(self, path: Path, what: str, todo: str, event: Any) -> None:
        self.document.problems.append(Placed(Finding(path, what, todo), _mark(event)))


def _mark(event: Any) -> Mark:
    return Mark(event.start_mark.line + 1, event.start_mark.column + 1)


def _short(text: str) -> str:
    return text if len(text) <= 60 and text.isprintable() else repr(text[:60])


def _scalar(event: Any) -> Any:
    """The value that YAML 1.2's core schema gives a scalar; quoted ones are text. `.inf` and `.nan` stay text: no setting
    takes them."""
    text: str = event.value
    if event.style or event.tag == _TEXT:  # quoted or a block; libyaml gives plain scalars the empty style
        return text
    if text in _NULL:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _OCTAL.fullmatch(text):
        return int(text[2:], 8)
    if _HEX.fullmatch(text):
        return int(text[2:], 16)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


_HINTS: Mapping[str, str] = {
    "found character that cannot start any token": "indent with spaces, not tabs; quote text that begins with @ or `",
    "mapping values are not allowed in this context": "quote text that contains a colon, or check the indentation",
    "did not find expected key": "check the indentation of this line and the one above",
    "could not find expected ':'": "write `name: value`; check the line above too",
}


def _syntax(error: yaml.YAMLError) -> Placed:
    if isinstance(error, yaml.MarkedYAMLError):
        at = error.problem_mark or error.context_mark
        mark = Mark(at.line + 1, at.column + 1) if at else None
        problem = error.problem or "something is wrong here"
        what = f"this is not YAML: {problem}" + (f" {error.context}" if error.context else "")
        return Placed(Finding((), what, _HINTS.get(problem, "check this line and the one above")), mark)
    reason = getattr(error, "reason", "") or "it holds characters that text cannot have"
    return Placed(Finding((), f"this is not YAML: {reason}", "is this the right file?"), None)
