"""Shadow policies: what they would refuse, counted from the access log by the buckets that would enforce them.

A request that another limit refused takes nothing from a shadow, as if the shadow came after it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from meridian.core.risk import Risk
from meridian.envoy.lines import AccessLine
from meridian.limits.applies import Met, met
from meridian.limits.quota import quota
from meridian.limits.settings import Key
from meridian.limits.traffic.buckets import Buckets, Pace
from meridian.limits.traffic.settings import FoldSettings
from meridian.limits.traffic.who import client_of

_KNOWN = 20_000

Row = tuple[str, str, str, bool]
"""Limit, country, tier, whether it would have refused."""


@dataclass(slots=True)
class Shadows:
    settings: FoldSettings
    counts: Counter[Row] = field(default_factory=Counter)
    _met: dict[tuple[str, str, bool], tuple[Met, ...]] = field(default_factory=dict)
    _paces: dict[tuple[str, ...], Pace] = field(default_factory=dict)
    _buckets: Buckets = field(init=False)

    def __post_init__(self) -> None:
        self._buckets = Buckets(self.settings.limits.expected_users)

    def change(self, settings: FoldSettings) -> None:
        """Buckets keep what is left of them."""
        self.settings = settings
        self._met, self._paces = {}, {}

    def add(self, lines: Sequence[AccessLine]) -> None:
        """Lines of requests that reached the limits."""
        if not self.settings.limits.policies:
            return
        for line in lines:
            if line.limit is None:
                for each in self._meets(line):
                    self._take(line, each)

    def drained(self) -> Counter[Row]:
        counts, self.counts = self.counts, Counter()
        return counts

    def _meets(self, line: AccessLine) -> tuple[Met, ...]:
        key = (line.feature or "", line.action or "", line.user is not None)
        found = self._met.get(key)
        if found is None:
            found = self._met[key] = tuple(met(self.settings.limits, *key))
        return found

    def _take(self, line: AccessLine, each: Met) -> None:
        counted = self._counted(line, each.policy.key)
        if not counted:
            return
        rates = self.settings.users if each.policy.key in ("user", "burst") else self.settings.clients
        own = rates.get(counted, {}).get(each.name, 0) if rates else 0
        pace = self._pace(line, each, counted, own)
        passed = self._buckets.take((each.name, counted), pace, line.t, line.hits or 1)
        self.counts[each.name, line.country or "", line.tier or "", not passed] += 1

    def _pace(self, line: AccessLine, each: Met, counted: str, own: int) -> Pace:
        value = counted if each.policy.each else ""
        key = (each.name, line.tier or "", line.risk or "", value, str(own))
        found = self._paces.get(key)
        if found is None:
            if len(self._paces) >= _KNOWN:
                self._paces.clear()
            amount = quota(self.settings.limits, each.policy, key[1], risk_of(key[2]), value, own)
            found = self._paces[key] = Pace.of(amount)
        return found

    def _counted(self, line: AccessLine, key: Key) -> str:
        if key in ("user", "burst"):
            return line.user or ""
        if key == "country":
            return line.country or ""
        if key == "region":
            return line.region or ""
        return client_of(line.client or "", self.settings.limits.ipv6_prefix)


def risk_of(text: str) -> Risk:
    """What is not a risk counts as none that is known: low."""
    try:
        return Risk(text)
    except ValueError:
        return Risk.LOW
