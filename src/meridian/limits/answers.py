"""What a client is told about its limits: header fields, and problems when it is refused. Pure.

The problem types are those of draft-ietf-httpapi-ratelimit-headers-10, section 5, whose `RateLimit-Policy` and `RateLimit` fields
these are: structured fields (RFC 9651), lists of one item with parameters.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from meridian.envoy.snapshot import Json
from meridian.limits.quota import Quota

TYPES = "https://iana.org/assignments/http-problem-types#"
QUOTA_EXCEEDED = f"{TYPES}quota-exceeded"
REDUCED_CAPACITY = f"{TYPES}temporary-reduced-capacity"
ABNORMAL_USAGE = f"{TYPES}abnormal-usage-detected"
UNREADABLE_ACCOUNT = "/docs/problems#unreadable-account"
REFUSED_BY = "x-meridian-limit"
"""Response header: the limit or shield that refused."""


@dataclass(frozen=True, slots=True)
class Problem:
    """status: of HTTP. body: problem+json. headers: beside it, names in lower case."""

    status: int
    body: Json
    headers: Mapping[str, str] = field(default_factory=dict)


def whole(seconds: float) -> int:
    """Seconds as clients are told them: rounded up, so that who waits so long has waited long enough."""
    return math.ceil(seconds - 1e-6)


def policy_field(name: str, quota: Quota) -> str:
    """`"chat";q=100;w=60`: the value of RateLimit-Policy."""
    return f'"{name}";q={quota.rate};w={whole(quota.window)}'


def limit_field(name: str, remaining: int, reset: float) -> str:
    """`"chat";r=37;t=12`: the value of RateLimit. reset: seconds until the bucket is full again."""
    return f'"{name}";r={remaining};t={whole(reset)}'


def exact_field(name: str, quota: Quota, remaining: int, reset: float) -> str:
    """`chat;q=100;w=60;r=37;t=12`: what admission tells Envoy, which joins it with what it counts itself."""
    return f"{name};q={quota.rate};w={whole(quota.window)};r={remaining};t={whole(reset)}"


def fields(name: str, quota: Quota, remaining: int, reset: float) -> dict[str, str]:
    return {"ratelimit-policy": policy_field(name, quota), "ratelimit": limit_field(name, remaining, reset)}


def exceeded(
    name: str, quota: Quota, retry: float, reset: float, violated: Sequence[str] = (), *, ietf: bool = True
) -> Problem:
    """429. retry: seconds until one request passes. violated: every limit that refused, this one included. ietf: whether the
    RateLimit fields are wanted."""
    wait = max(1, whole(retry))
    body: Json = {
        "type": QUOTA_EXCEEDED,
        "title": "Too many requests",
        "status": 429,
        "detail": f"The limit {name} allows {quota.rate} in {span(quota.window)}. Try again in {span(wait)}.",
        "violated-policies": list(violated) or [name],
        "limit": name,
        "quota": quota.rate,
        "window": whole(quota.window),
        "retry_after": wait,
    }
    headers = {"retry-after": str(wait), REFUSED_BY: name}
    return Problem(429, body, headers | (fields(name, quota, 0, reset) if ietf else {}))


def blocked(name: str, wait: float) -> Problem:
    """429 from a shield. It does not say whether the account or the address is blocked: a guesser would learn which to change."""
    seconds = max(1, whole(wait))
    body: Json = {
        "type": ABNORMAL_USAGE,
        "title": "Too many failed attempts",
        "status": 429,
        "detail": f"After too many failed attempts this is closed for a while. Try again in {span(seconds)}.",
        "limit": name,
        "retry_after": seconds,
    }
    return Problem(429, body, {"retry-after": str(seconds), REFUSED_BY: name})


def unreadable(name: str, place: str) -> Problem:
    """400 from a shield: whoever tries does not say which account. place: where it is expected, for a person."""
    body: Json = {
        "type": UNREADABLE_ACCOUNT,
        "title": "The account cannot be read",
        "status": 400,
        "detail": f"Send which account this is about as {place}.",
        "limit": name,
    }
    return Problem(400, body, {REFUSED_BY: name})


def closed(name: str, wait: float = 1.0) -> Problem:
    """503: the counters do not answer, and this limit lets nothing pass without them."""
    seconds = max(1, whole(wait))
    body: Json = {
        "type": REDUCED_CAPACITY,
        "title": "Not possible for the moment",
        "status": 503,
        "detail": f"The limit {name} cannot be checked now. Nothing was done; try again in {span(seconds)}.",
        "limit": name,
        "retry_after": seconds,
    }
    return Problem(503, body, {"retry-after": str(seconds), REFUSED_BY: name})


def span(seconds: float) -> str:
    """As people say it: 1 second, 90 seconds, 5 minutes, 2 hours."""
    count = whole(seconds)
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if count >= size and count % size == 0:
            number = count // size
            return f"{number} {name}{'' if number == 1 else 's'}"
    return f"{count} second{'' if count == 1 else 's'}"
