"""Shadow policies: what they would refuse, counted from the access log by the buckets that would enforce them.

A request that another limit refused takes nothing from a shadow, as if the shadow came after it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from meridian.core.risk import Risk
from meridian.envoy.lines import AccessLine, Alike, Groups
from meridian.limits.clients import client_of
from meridian.limits.quota import quota
from meridian.limits.settings import Policy
from meridian.limits.traffic.buckets import Buckets, Pace
from meridian.limits.traffic.meets import meets
from meridian.limits.traffic.settings import FoldSettings

MOST = 50_000
"""Buckets held. Beyond that those not used for longest are forgotten, and whoever comes near a limit is used all the time."""
_KNOWN = 20_000

Row = tuple[str, str, str, bool]
"""Limit, country, tier, whether it would have refused."""
_KIND = attrgetter("feature", "action", "country", "tier", "risk", "region")


@dataclass(frozen=True, slots=True)
class _Step:
    """One shadow for requests of one kind. shared: what is counted, where it is not who asks. by_user: or else by client. own:
    operators' own rates. passed, refused: their rows."""

    policy: Policy
    name: str
    shared: str
    by_user: bool
    own: Mapping[str, Mapping[str, int]]
    pace: Pace
    passed: Row
    refused: Row


@dataclass(slots=True)
class Shadows:
    settings: FoldSettings
    counts: dict[Row, int] = field(default_factory=dict)
    _ways: dict[Alike, tuple[tuple[_Step, ...], tuple[_Step, ...]]] = field(default_factory=dict)
    """Kind -> the shadows that it meets: of those who have not signed in, and who have."""
    _buckets: Buckets = field(default_factory=lambda: Buckets(MOST))

    def change(self, settings: FoldSettings) -> None:
        """Buckets keep what is left of them."""
        self.settings = settings
        self._ways = {}

    def add(self, groups: Groups) -> None:
        """Lines of requests that reached the limits."""
        if not self.settings.limits.policies:
            return
        for alike, lines in groups.items():
            if alike.limit is None:
                self._add(alike, lines)

    def _add(self, alike: Alike, lines: Sequence[AccessLine]) -> None:
        ways = self._ways.get(alike)
        if ways is None:
            if len(self._ways) >= _KNOWN:
                self._ways.clear()
            ways = self._ways[alike] = self._way(False, alike), self._way(True, alike)
        if not any(ways):
            return
        counts, take = self.counts, self._buckets.take
        for line in lines:
            for step in ways[line.user is not None]:
                counted = step.shared or (line.user if step.by_user else self._client(line)) or ""
                pace = self._pace(step, counted) if step.own else step.pace
                paid = take((step.name, counted), pace, line.t, line.hits or 1)
                row = step.passed if paid else step.refused
                counts[row] = counts.get(row, 0) + 1

    def drained(self) -> dict[Row, int]:
        counts, self.counts = self.counts, {}
        return counts

    def _way(self, signed_in: bool, alike: Alike) -> tuple[_Step, ...]:
        feature, action, country, tier, risk, region = (each or "" for each in _KIND(alike))
        limits, shared = self.settings.limits, {"country": country, "region": region}
        steps = []
        for each in meets(limits, feature, action, signed_in):
            value = shared.get(each.policy.key, "")
            if each.policy.key in shared and not value:
                continue
            pace = Pace.of(quota(limits, each.policy, tier, risk_of(risk), value))
            rows = [(each.name, country, tier, refused) for refused in (False, True)]
            by_user = each.policy.key in ("user", "burst")
            own = self.settings.users if by_user else self.settings.clients
            steps.append(_Step(each.policy, each.name, value, by_user, own, pace, *rows))
        return tuple(steps)

    def _client(self, line: AccessLine) -> str:
        return client_of(line.client or "", self.settings.limits.ipv6_prefix)

    def _pace(self, step: _Step, counted: str) -> Pace:
        """An operator's own rate goes before the policy's."""
        rate = step.own.get(counted, {}).get(step.name, 0)
        return Pace.of(quota(self.settings.limits, step.policy, rate=rate)) if rate else step.pace


def risk_of(text: str) -> Risk:
    """What is not a risk counts as none that is known: low."""
    try:
        return Risk(text)
    except ValueError:
        return Risk.LOW
