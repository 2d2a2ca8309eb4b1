"""The edge's one Lua filter: parts contributed by features, put in order, with their data as Lua tables.

One filter, since each costs tens of microseconds a request. Its data (overrides, preferences) changes often, so it is a
resource of its own; reloading it resets nothing else.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from meridian.envoy.contribution import LuaPart

EACH_REQUEST = "-- For each request:"
"""Stands between a part's local functions, which are made once, and what runs for every request."""
FACTS = (
    '{headers=false,country="",user="",tier="free",risk="low",declared="",home="",region="",target="",'
    'feature=false,about=false,method=""}'
)
"""Made in one piece: a table that grows field by field is copied several times."""
_PLAIN = re.compile(r"[ !#-\[\]-~]*")


def literal(value: Any) -> str:
    """A Lua literal with sorted keys, so that the same data gives the same bytes."""
    if isinstance(value, str):
        return quoted(value)
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        entries = ",".join([f"[{literal(key)}]={literal(value[key])}" for key in sorted(value)])
        return "{" + entries + "}"
    if isinstance(value, Sequence):
        return "{" + ",".join(literal(item) for item in value) + "}"
    raise TypeError(f"{type(value).__name__} has no Lua literal")


def quoted(text: str) -> str:
    """A Lua string: bytes that are not plain printable ASCII become decimal escapes, so no text can end the string."""
    if _PLAIN.fullmatch(text):
        return f'"{text}"'
    safe = (
        chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\{byte:03d}" for byte in text.encode()
    )
    return '"' + "".join(safe) + '"'


@dataclass(slots=True)
class Scripts:
    """`script`, with the data of each part written once for all edges, which mostly have the same: with 20,000 overrides in a
    table that is most of a compilation."""

    _known: list[tuple[LuaPart, str]] = field(default_factory=list)

    def of(self, parts: Sequence[LuaPart]) -> str:
        return script(parts, self._data)

    def _data(self, part: LuaPart) -> str:
        for known, written in self._known:
            if known == part:
                return written
        written = data_of(part)
        self._known.append((part, written))
        return written


def data_of(part: LuaPart) -> str:
    """The tables of a part as Lua."""
    return "".join(f"data.{name} = {literal(table)}\n" for name, table in sorted(part.tables.items()))


def script(parts: Sequence[LuaPart], data: Callable[[LuaPart], str] = data_of) -> str:
    """The source of the filter. Every part gets the handle, its data, and `facts`, which is new for each request."""
    ordered = sorted(parts, key=lambda part: (part.order, part.name))
    lines = ["local data = {}\n" + "".join(map(data, ordered)).rstrip("\n")]
    for part in ordered:
        functions, _, body = part.code.rpartition(f"{EACH_REQUEST}\n")
        lines.append(
            f"{functions}local function {part.name}_request(handle, data, facts)\n{body.strip()}\nend"
        )
    calls = "\n".join(f"  {part.name}_request(handle, data, facts)" for part in ordered)
    first = "".join(f"{part.first.strip()}\n" for part in ordered if part.first)
    lines.append(f"function envoy_on_request(handle)\n{first}  local facts = {FACTS}\n{calls}\nend")
    if answers := "\n".join(part.response.strip() for part in ordered if part.response):
        lines.append(f"function envoy_on_response(handle)\n{answers}\nend")
    return "\n".join(lines) + "\n"
