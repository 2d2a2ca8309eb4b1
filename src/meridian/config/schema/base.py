"""What every section of the configuration has in common: strictness, and the small types that people write."""

import ipaddress
import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, WithJsonSchema

_DURATION = re.compile(r"^(\d+(?:\.\d+)?)(ms|s|m|h|d)$")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


class Section(BaseModel):
    """Frozen, and strict about names: a misspelt key is an error, not a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


def _seconds(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError(f"{value} has no unit; write for example {value}s or {value}ms")
    if not isinstance(value, str):
        raise ValueError("a duration is text such as 350ms, 1s, 5m, 1h or 30d")
    match = _DURATION.match(value.strip())
    if not match:
        raise ValueError(f"{value!r} is not a duration; write for example 350ms, 1s, 5m, 1h or 30d")
    return round(float(match[1]) * _UNITS[match[2]], 6)


def _cidr(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("an address range is text such as 10.0.0.0/8 or 2001:db8::/32")
    try:
        return str(ipaddress.ip_network(value))
    except ValueError as error:
        raise ValueError(f"{value!r} is not an address range ({error}); write for example 10.0.0.0/8") from None


Duration = Annotated[
    float,
    BeforeValidator(_seconds),
    WithJsonSchema({"type": "string", "pattern": _DURATION.pattern, "examples": ["350ms", "1s", "1h"]}),
]
"""Written as 350ms, 1s, 5m, 1h, 30d; held as seconds."""

Cidr = Annotated[
    str,
    BeforeValidator(_cidr),
    WithJsonSchema({"type": "string", "examples": ["10.0.0.0/8", "2001:db8::/32"]}),
]
Slug = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,62}$")]
"""A name that is safe in a path, a metric and an Envoy cluster name."""
CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2."""
Path = Annotated[str, StringConstraints(pattern=r"^/[^\s?#]*$", max_length=256)]
"""A URL path prefix: /v1/chat also matches /v1/chat/messages, never /v1/chatty."""
