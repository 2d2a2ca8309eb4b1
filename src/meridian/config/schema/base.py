"""What every section of the configuration has in common: strictness, and the small types that people write."""

import ipaddress
import re
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

_DURATION = re.compile(r"^([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)$")
SLUG_PATTERN = r"^[A-Za-z][A-Za-z0-9_-]{0,62}$"
COUNTRY_PATTERN = r"^[A-Z]{2}$"
PATH_PATTERN = r"^/[^\s?#]*$"
_LONGEST = 100 * 366 * 86400.0
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


class Section(BaseModel):
    """Frozen, and strict about names: a misspelt key is an error, not a silent default."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
        allow_inf_nan=False,
        serialize_by_alias=True,
    )


def _seconds(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError(f"{value} has no unit; write for example {value}s or {value}ms")
    if not isinstance(value, str):
        raise ValueError("this must be a duration; write for example 350ms, 1s, 5m, 1h or 30d")
    match = _DURATION.match(value.strip())
    if not match:
        raise ValueError(f"{value!r} is not a duration; write for example 350ms, 1s, 5m, 1h or 30d")
    seconds = round(float(match[1]) * _UNITS[match[2]], 6)
    if seconds > _LONGEST:
        raise ValueError("a duration is at most a hundred years; write a shorter one")
    return seconds


def duration(seconds: float) -> str:
    """Seconds as people write them: 0.35 -> 350ms, 90.0 -> 90s, 3600.0 -> 1h."""
    if seconds == 0:
        return "0s"
    for unit in ("d", "h", "m", "s"):
        if seconds >= _UNITS[unit] and seconds % _UNITS[unit] == 0:
            return f"{seconds / _UNITS[unit]:.0f}{unit}"
    return f"{seconds * 1000:.3f}".rstrip("0").rstrip(".") + "ms"


def _cidr(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("this must be an address range; write for example 10.0.0.0/8 or 2001:db8::/32")
    try:
        return str(ipaddress.ip_network(value))
    except ValueError:
        raise ValueError(f"{value!r} is not an address range; {_nearest_range(value)}") from None


def _nearest_range(written: str) -> str:
    """What to do about something that is no network: an address with a prefix that cuts into it is the usual slip."""
    try:
        return f"did you mean {ipaddress.ip_network(written, strict=False)}?"
    except ValueError:
        return "write for example 10.0.0.0/8 or 2001:db8::/32"


Duration = Annotated[
    float,
    BeforeValidator(_seconds),
    PlainSerializer(duration, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": _DURATION.pattern, "examples": ["350ms", "1s", "1h"]}),
]
"""Written as 350ms, 1s, 5m, 1h, 30d; held as seconds."""


def _some(seconds: float) -> float:
    if seconds <= 0:
        raise ValueError("zero is too short; write a longer duration, such as 1s")
    return seconds


PositiveDuration = Annotated[Duration, AfterValidator(_some)]
"""A duration that cannot be zero."""

Cidr = Annotated[
    str,
    BeforeValidator(_cidr),
    WithJsonSchema({"type": "string", "examples": ["10.0.0.0/8", "2001:db8::/32"]}),
]
Slug = Annotated[str, StringConstraints(pattern=SLUG_PATTERN)]
"""A name that is safe in a path, a metric and an Envoy cluster name."""
CountryCode = Annotated[str, StringConstraints(pattern=COUNTRY_PATTERN)]
"""ISO 3166-1 alpha-2."""
Path = Annotated[str, StringConstraints(pattern=PATH_PATTERN, max_length=256)]
"""A URL path prefix: /v1/chat also matches /v1/chat/messages, never /v1/chatty."""
