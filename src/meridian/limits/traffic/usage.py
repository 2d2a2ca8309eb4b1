"""How much each limit is used: requests that met it, those it refused, and those a shadow would have refused. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from meridian.limits.applies import met
from meridian.limits.settings import Limits


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
    meets: dict[tuple[str, str, bool], list[str]] = {}
    for row in counts:
        kind = (row["feature"], row["action"], row["signed_in"])
        if kind not in meets:
            meets[kind] = [each.name for each in met(limits, *kind) if not each.policy.shadow]
        refused_by = row["refused_by"]
        for name in dict.fromkeys([*meets[kind], *([refused_by] if refused_by else [])]):
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
