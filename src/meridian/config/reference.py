"""The configuration's reference in Markdown, out of the models themselves: docs/configuration.md can't go stale."""

from collections.abc import Iterator, Mapping
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from meridian.config.schema.base import (
    COUNTRY_PATTERN,
    PATH_PATTERN,
    SLUG_PATTERN,
    Cidr,
    Duration,
    Section,
    duration,
)
from meridian.config.schema.root import Config
from meridian.config.shape import bare, is_section, written

INTRODUCTION = """\
# Configuration

<!-- Written by `python -m meridian.cli.docs` from the settings' own descriptions. Do not edit it here. -->

One file, `meridian.yaml`, says where an app runs, who is served from where, and what may never happen. `meridian init`
writes one to start from, `meridian validate FILE` names everything that is wrong with one, `meridian plan FILE` says what
applying it would change and for whom, and `meridian config schema` prints a JSON Schema for your editor.

Text is YAML 1.2: `NO` is Norway. A key that is not listed here is an error, and so are aliases and duplicate keys.
Durations are written with their unit: `350ms`, `1s`, `5m`, `1h`, `30d`. Names of regions, locations, services, features
and residency sets are letters, digits, `-` and `_`, a letter first.
"""

PATTERNS = {COUNTRY_PATTERN: "country code", SLUG_PATTERN: "name", PATH_PATTERN: "path"}
KINDS: Mapping[Any, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    Any: "text or mapping",
}


def markdown(model: type[Config]) -> str:
    """Every setting of the configuration and of every registered feature: its type, default and meaning."""
    return "\n".join([INTRODUCTION, *sections("meridian.yaml", model), ""])


def sections(title: str, model: type[Section], above: str = "") -> Iterator[str]:
    """The lines that describe a section and those in it. above: the path that leads to it, with a dot at its end."""
    yield f"## `{title}`"
    yield ""
    if model.__doc__:
        yield _prose(model.__doc__)
        yield ""
    yield "| setting | value | default | |"
    yield "|---|---|---|---|"
    inner: list[tuple[str, type[Section]]] = []
    for name, field in written(model).items():
        yield f"| `{name}` | {_kind(field)} | {_default(field)} | {_prose(field.description or '')} |"
        inner += _inner(f"{above}{name}", bare(field.annotation))
    yield ""
    for path, section in inner:
        yield from sections(path, section, f"{path}.")


def _inner(path: str, kind: Any) -> Iterator[tuple[str, type[Section]]]:
    """The sections inside a setting: itself, or its entries or items."""
    if is_section(kind):
        yield path, kind
    elif get_origin(kind) is dict:
        yield from _inner(f"{path}.NAME", bare(get_args(kind)[1]))
    elif get_origin(kind) in (tuple, list):
        yield from _inner(f"{path}[]", bare(get_args(kind)[0]))


def _kind(field: FieldInfo) -> str:
    annotation = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    return _name(annotation)


def _name(annotation: Any) -> str:
    """What is written there, in words."""
    markers = get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
    for known, word in ((Duration, "duration"), (Cidr, "address range")):
        if any(marker in markers for marker in get_args(known)[1:]):
            return word
    kind = _optional(annotation)
    if kind is not None:
        return _name(kind)
    kind = bare(annotation)
    origin = get_origin(kind)
    if origin is Literal:
        return " or ".join(f"`{choice}`" for choice in get_args(kind))
    if origin is dict:
        return f"mapping of names to {_many(get_args(kind)[1])}"
    if origin in (tuple, list):
        return f"list of {_many(get_args(kind)[0])}"
    if is_section(kind):
        return "section"
    for marker in markers:
        if pattern := PATTERNS.get(getattr(marker, "pattern", None) or ""):
            return pattern
    return KINDS.get(kind, getattr(kind, "__name__", str(kind)))


def _many(annotation: Any) -> str:
    """The plural of a kind."""
    name = _name(annotation)
    if name.startswith(("list of", "mapping of")):
        return name.replace("list", "lists", 1).replace("mapping", "mappings", 1)
    return name if name in ("text", "true or false") else f"{name}s"


def _optional(annotation: Any) -> Any:
    """X of `X | None`, with its markers; None when it is something else."""
    kind = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
    if get_origin(kind) not in (Union, UnionType):
        return None
    inner = [argument for argument in get_args(kind) if argument is not type(None)]
    return inner[0] if len(inner) == 1 else None


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is PydanticUndefined or value is None or value in ({}, (), ""):
        return ""
    if isinstance(value, Section):
        return "see below"
    if _kind(field) == "duration":
        return f"`{duration(value)}`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{_plain(value)}`"


def _plain(value: Any) -> Any:
    """With choices as they are written, such as `medium`, instead of what Python calls them."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{_plain(key)}: {_plain(inner)}" for key, inner in value.items())
        return f"{{{pairs}}}"
    return value


def _prose(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
