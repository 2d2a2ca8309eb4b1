"""How much each limit is used: requests that met it, those it refused, and those a shadow would have refused. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from meridian.limits.applies import ORDER
from meridian.limits.settings import Limits
from meridian.limits.traffic.meets import meets, place


@dataclass(slots=True)
class Share:
    """refused: of the requests; by a shadow: those that it would have."""

    requests: int = 0
    refused: int = 0

    def add(self, requests: int, refused: int) -> None:
        self.requests += requests
        self.refused += refused


@dataclass(slots=True)
class Usage:
    """key: for whom the limit counts; empty for a shield, or a limit that is not configured any more."""

    name: str
    key: str = ""
    scope: str = ""
    shadow: bool = False
    total: Share = field(default_factory=Share)
    countries: dict[str, Share] = field(default_factory=dict)
    tiers: dict[str, Share] = field(default_factory=dict)
    failed_open: int = 0
    failed_closed: int = 0

    def add(self, country: str, tier: str, requests: int, refused: int) -> None:
        self.total.add(requests, refused)
        self.countries.setdefault(country, Share()).add(requests, refused)
        self.tiers.setdefault(tier, Share()).add(requests, refused)


Rows = Sequence[Mapping[str, Any]]


def usage(limits: Limits, counts: Rows, shadow: Rows, exact: Rows) -> list[Usage]:
    """Every limit that is configured, in its order, and then others that refused. counts, shadow, exact: as `store.Traffic` reads
    them."""
    found = {
        name: Usage(name, policy.key, policy.scope, policy.shadow) for name, policy in limits.policies.items()
    }
    ways: dict[tuple[str, str, bool, str], list[str]] = {}
    for row in counts:
        refused_by = row["refused_by"]
        kind = (row["feature"], row["action"], row["signed_in"], refused_by)
        if kind not in ways:
            ways[kind] = _met(limits, *kind)
        for name in ways[kind]:
            one = found.setdefault(name, Usage(name))
            one.add(row["country"], row["tier"], row["n"], row["n"] if name == refused_by else 0)
    for row in shadow:
        one = found.setdefault(row["policy"], Usage(row["policy"], shadow=True))
        one.add(row["country"], row["tier"], row["n"], row["n"] if row["refused"] else 0)
    for row in exact:
        one = found.setdefault(row["policy"], Usage(row["policy"]))
        one.failed_open += row["failed_open"]
        one.failed_closed += row["failed_closed"]
    return list(found.values())


def _met(limits: Limits, feature: str, action: str, signed_in: bool, refused_by: str) -> list[str]:
    """Whoever was refused went no further. One whom a shield refused had passed the edge's limits."""
    found = [each for each in meets(limits, feature, action, signed_in) if not each.policy.shadow]
    found.sort(key=lambda each: place(each.policy))
    names = [each.name for each in found]
    if not refused_by:
        return names
    if refused_by in names:
        return names[: names.index(refused_by) + 1]
    by = limits.policies.get(refused_by)
    last = place(by) if by else (False, len(ORDER))
    return [*(each.name for each in found if place(each.policy) <= last), refused_by]
