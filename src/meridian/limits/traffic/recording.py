"""The fold that records what happens at the limits: exact counts, a sample of users, shadows, and who is refused most.

Only requests that reached the limits count: those of a feature that is not turned off, which the stamp gave a region, and checks
that took something.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from operator import attrgetter, countOf

from meridian.core.degraded import turned_off
from meridian.core.heavy import HeavyHitters
from meridian.envoy.fold import EdgeFacts, Harvest, Source
from meridian.envoy.lines import AccessLine, Alike, Groups, grouped
from meridian.envoy.snapshot import Json, Snapshot
from meridian.limits.clients import client_of
from meridian.limits.traffic.meets import CHECKED
from meridian.limits.traffic.sample import Sample
from meridian.limits.traffic.settings import FILE, FoldSettings, parse
from meridian.limits.traffic.shadow import Shadows
from meridian.limits.traffic.who import Pseudonyms, pseudonyms

log = logging.getLogger(__name__)
TOP = 50
"""Of those who are refused most, so many for each limit."""
_HELD = 200
_LIMITS = 200
_KINDS = 5_000
"""Different rows of counts that are kept apart in one window; what is beyond counts as "other"."""
_LONGEST = 64
_KEY = attrgetter("feature", "action", "country", "tier", "risk", "limit")
_USER = attrgetter("user")

_Row = tuple[str | None, ...]


class Recording:
    """Implements `envoy.fold.Fold`."""

    def __init__(self, facts: EdgeFacts, names: Pseudonyms | None = None) -> None:
        """Raises OSError when the edge's key cannot be kept."""
        self._facts = facts
        self._seen: Snapshot | None = None
        self._settings = FoldSettings()
        self._shadows = Shadows(self._settings)
        self._sample = Sample(names or pseudonyms(facts.home))
        self._signed_in: dict[int, Counter[_Row]] = {}
        self._anonymous: dict[int, Counter[_Row]] = {}
        self._top: dict[str, HeavyHitters] = {}

    @property
    def source(self) -> Source:
        return "access"

    def add(self, window: int, lines: Sequence[AccessLine]) -> None:
        self._follow_settings()
        counted = {alike: group for alike, group in grouped(lines).items() if _row(alike) is not None}
        self._count(window, counted)
        self._sample.add(counted)
        self._shadows.add(counted)
        self._note_refused(counted)

    def harvest(self, now: datetime) -> Harvest:
        signed_in, self._signed_in = self._signed_in, {}
        anonymous, self._anonymous = self._anonymous, {}
        samples = self._sample.harvest(now.timestamp())
        rows = [*_rows(signed_in, True), *_rows(anonymous, False)]
        if not rows:
            return Harvest()
        windows = sorted({*signed_in, *anonymous})
        shadow = [
            [*(_short(each) for each in row[:3]), row[3], n] for row, n in self._shadows.drained().items()
        ]
        content: Json = {
            "kind": "traffic",
            "first": windows[0],
            "last": windows[-1],
            "counts": rows,
            "shadow": shadow,
            "top": self._drain_top(),
            "sample": samples[0] if samples else {},
        }
        about = {name: content[name] for name in ("kind", "first", "last")}
        return Harvest([content, *({**about, "sample": sample} for sample in samples[1:])])

    def _follow_settings(self) -> None:
        snapshot = self._facts.snapshot()
        if snapshot is self._seen:
            return
        self._seen = snapshot
        content = snapshot.resources.get(FILE) if snapshot is not None else None
        try:
            self._settings = parse(content) if content else FoldSettings()
        except ValueError as error:
            log.warning("%s is wrong, and what it said before goes on: %s", FILE, str(error)[:200])
            return
        self._shadows.change(self._settings)
        self._sample.ipv6_prefix = self._settings.limits.ipv6_prefix

    def _count(self, window: int, groups: Groups) -> None:
        if not groups:
            return
        signed_in = self._signed_in.setdefault(window, Counter())
        anonymous = self._anonymous.setdefault(window, Counter())
        for alike, group in groups.items():
            if (row := _row(alike)) is None:
                continue
            unknown = countOf(map(_USER, group), None)
            if known := len(group) - unknown:
                signed_in[row] = signed_in.get(row, 0) + known
            if unknown:
                anonymous[row] = anonymous.get(row, 0) + unknown
        for counts in (self._signed_in, self._anonymous):
            if len(counts[window]) > _KINDS:
                counts[window] = _coarse(counts[window])

    def _note_refused(self, groups: Groups) -> None:
        for alike, group in groups.items():
            if alike.limit is None or (alike.limit not in self._top and len(self._top) >= _LIMITS):
                continue
            counts = Counter(self._whom(line) for line in group)
            self._top.setdefault(alike.limit, HeavyHitters(_HELD)).add(counts)

    def _whom(self, line: AccessLine) -> str:
        """Whom the limit counted, as operators know them."""
        key = self._settings.keys.get(line.alike.limit or "", "user")
        if key in ("user", "burst") and line.user:
            return line.user[:128]
        if key == "country":
            return line.alike.country or ""
        if key == "region":
            return line.alike.region or ""
        return client_of(line.client or "", self._settings.limits.ipv6_prefix)

    def _drain_top(self) -> list[list[object]]:
        """Limit, who, at least how often, and by how much that may be too low."""
        top, self._top = self._top, {}
        return [
            [_short(limit), who, count, held.lowered]
            for limit, held in top.items()
            for who, count in held.top(TOP)
        ]


@lru_cache(maxsize=10_000)
def _row(alike: Alike) -> _Row | None:
    """Where requests of one kind are counted; None where they did not meet the limits."""
    met = (
        alike.feature is not None
        and alike.region is not None
        and (bool(alike.action) or alike.feature != CHECKED)
        and not turned_off(alike.limit)
    )
    return _KEY(alike) if met else None


def _coarse(counter: Counter[_Row]) -> Counter[_Row]:
    """The most frequent rows as they are, the others by feature, action and limit alone."""
    coarse: Counter[_Row] = Counter(dict(counter.most_common(_KINDS // 2)))
    for row, count in counter.items():
        if row not in coarse:
            coarse[(row[0], row[1], "other", "other", "other", row[5])] += count
    return coarse


def _rows(windows: dict[int, Counter[_Row]], signed_in: bool) -> list[list[object]]:
    """Window, feature, action, country, tier, risk, limit, whether signed in, how many."""
    return [
        [window, *map(_short, row), signed_in, count]
        for window, counter in windows.items()
        for row, count in counter.items()
    ]


def _short(text: object) -> str:
    return str(text)[:_LONGEST] if text else ""
