"""Who may be tested, and how hard: load sent to the wrong place is an attack."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from meridian.config.schema.base import duration
from meridian.core.errors import Forbidden, InvalidInput
from meridian.loadtest.scenario.target import Target
from meridian.loadtest.settings import LoadTests

_SOUNDS_LIVE = re.compile(r"(?:^|[^a-z])(?:prod|production|live)(?:[^a-z]|$)")


@dataclass(frozen=True, slots=True)
class Words:
    """How whoever asked says it. Each has {} where the value belongs."""

    scale: str
    duration: str
    confirm: str


COMMAND = Words("--scale {}", "--duration {}", "--confirm {}")
FIELDS = Words("a `scale` of {}", "a `duration` of {}s", '"confirm": "{}"')


def permit(
    settings: LoadTests,
    target: Target,
    rate: float,
    seconds: float,
    confirmed: str | None = None,
    *,
    scale: float = 1.0,
    words: Words = COMMAND,
) -> None:
    """Raises Forbidden or InvalidInput, with a sentence, when this must not be sent.

    rate: requests a second at most, of all shards together (see `Scenario.asks`). seconds: how long. confirmed: the name of a
    production target as a person typed it. scale: at which this is the rate, for the hint. words: of the hints."""
    for origin in target.origins:
        _require_allowed(settings, target.name, origin.host)
    if not (math.isfinite(rate) and math.isfinite(seconds)):
        raise InvalidInput(
            f"{rate:g} requests a second for {seconds:g} s cannot be sent", "give numbers that are finite"
        )
    if rate > settings.max_rate:
        allowed = words.scale.format(_share(scale * settings.max_rate / rate))
        raise InvalidInput(
            f"this asks for {rate:,.0f} requests a second, and load_tests.max_rate is {settings.max_rate:,.0f}",
            f"scale it down with {allowed}, or raise load_tests.max_rate",
        )
    if seconds > settings.max_duration:
        longest = duration(settings.max_duration)
        shorter = words.duration.format(f"{settings.max_duration:.0f}")
        raise InvalidInput(
            f"this would go on for {duration(round(seconds))}, and load_tests.max_duration is {longest}",
            f"give {shorter} or less, or raise load_tests.max_duration",
        )
    if is_production(target) and confirmed != target.name:
        what = "was not confirmed" if not confirmed else f"was confirmed as {confirmed!r}"
        raise Forbidden(
            f"{target.name} is production, with real users, and the run {what}",
            f"type its name: {words.confirm.format(target.name)}",
        )


def is_production(target: Target) -> bool:
    """Whether real users are there: it says so, or its name does."""
    return target.production or bool(_SOUNDS_LIVE.search(target.name.lower()))


def is_loopback(host: str) -> bool:
    """Whether this is an address of this machine itself. Of names, only `localhost` is known to be one."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"


def _require_allowed(settings: LoadTests, name: str, host: str) -> None:
    configured = settings.targets.get(name)
    named = {urlsplit(url).hostname for url in configured.edges.values()} if configured else set()
    if is_loopback(host) or host.lower() in named or _listed(settings.allow, host):
        return
    about = "" if _is_address(host) else " (an address range allows addresses, not names that lead there)"
    raise Forbidden(
        f"{host} may not be load-tested: it is not this machine, no target in load_tests.targets "
        f"and not in load_tests.allow{about}",
        "if it is yours, add it there",
    )


def _listed(allowed: Iterable[str], host: str) -> bool:
    if not _is_address(host):
        return host.lower().rstrip(".") in allowed
    address = ip_address(host)
    ranges = (ip_network(entry) for entry in allowed if _is_range(entry))
    return any(address.version == there.version and address in there for there in ranges)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_range(entry: str) -> bool:
    try:
        ip_network(entry)
    except ValueError:
        return False
    return True


def _share(share: float) -> str:
    """Rounded down, so that what is proposed is allowed."""
    return f"{int(share * 1000) / 1000:g}" if share >= 0.001 else f"{share:.1g}"
