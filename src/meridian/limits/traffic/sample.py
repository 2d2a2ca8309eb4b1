"""A sample of what users did, for replaying it: few users, but of each everything.

Limits are about sequences, so a sample of requests would say nothing: somebody with one request in ten looks like ten careful
users. Whoever is active is in it whatever the share: `often` requests of one action in ten minutes. Of the others it is a
share, chosen by their names alone. The share adapts: it halves when the users or the requests of an hour get too many, and
doubles after a quiet hour; so does `often`, when the active ones alone are too many.

Somebody outside the share is recorded from when they turn out to be active. What they did of that action before, within the
ten minutes, is recorded then as if it had been spread evenly; what they did before that, or of other actions, is lost. Both make
the estimates a little too low, by less than `often` requests of a user and span.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import repeat
from operator import xor
from typing import NamedTuple
from zlib import crc32

from meridian.envoy.lines import AccessLine, Groups
from meridian.envoy.snapshot import Json
from meridian.limits.clients import client_of
from meridian.limits.traffic.activity import EARLY, Activity
from meridian.limits.traffic.who import Pseudonyms

USERS = 2_000
EVENTS = 200_000
"""The most of an hour and edge."""
HOUR = 3600.0
HIGHEST = 24
"""1 in 16 million."""
OFTEN = 20
_OFTENEST = 1 << 20
EACH = 2_000
"""Requests of one user, action and span that are recorded. One flood is not to push everybody else out of the sample: more
requests of theirs would have been refused than a replay says."""
PIECE = 5_000
"""Events of one record."""
_CLIENTS = 20_000
_LONGEST = 64


class _Event(NamedTuple):
    """who: a user, or a client that has not signed in. key: rank and action, as in `Activity`."""

    time: float
    who: str
    rank: int
    key: int
    kind: tuple[str, ...]
    client: str
    hits: int


class _Harvested(NamedTuple):
    """When, with which share, and how many events: of those in the share, and of the active."""

    at: float
    level: int
    often: int
    shared: int
    active: int


@dataclass(slots=True)
class Sample:
    """level: of users, 1 in 2^level is chosen. often: requests of one action in ten minutes that make somebody active.
    ipv6_prefix: bits that count as one client. users, events: the most of an hour."""

    names: Pseudonyms
    ipv6_prefix: int = 64
    users: int = USERS
    events: int = EVENTS
    level: int = 0
    often: int = OFTEN
    _activity: Activity = field(default_factory=Activity)
    _active: dict[int, int] = field(default_factory=dict)
    """Rank -> how often at most."""
    _fresh: list[_Event] = field(default_factory=list)
    _seen: dict[str, tuple[int, float]] = field(default_factory=dict)
    """Who -> rank, and when last."""
    _hour: deque[_Harvested] = field(default_factory=deque)
    _before: tuple[int, int] = (0, 0)
    """Events of the hour until the last harvest, as many as there would be by now: of the share, of the active."""
    _clients: dict[str, str] = field(default_factory=dict)
    _quiet_since: float | None = None

    def add(self, groups: Groups) -> None:
        if not groups:
            return
        self._activity.follow(next(iter(groups.values()))[0].t)
        actions: defaultdict[str | None, list[AccessLine]] = defaultdict(list)
        for alike, lines in groups.items():
            actions[alike.action] += lines
        for action, lines in actions.items():
            self._add(lines, self._activity.mark(action))
        while self._too_many() and self._tighten():
            pass

    def harvest(self, now: float) -> list[Json]:
        """Everything since the last harvest, by columns. Empty where there is nothing to say: that nobody of a share was there
        is something. now: seconds since 1970."""
        taken, self._fresh = self._fresh, []
        pieces = [taken[start : start + PIECE] for start in range(0, len(taken), PIECE)]
        found = [self._columns(piece, now) for piece in pieces or ([[]] if self.level else [])]
        active = sum(event.rank in self._active for event in taken)
        self._hour.append(_Harvested(now, self.level, self.often, len(taken) - active, active))
        self._forget(now)
        self._widen_after_quiet(now)
        self._before = self._events_before()
        return found

    def _add(self, lines: Sequence[AccessLine], mark: int) -> None:
        """Lines of one action. Everybody's requests are counted, in C; only those who may be in the sample are looked at one by
        one: of the share, active, or on their way to it."""
        names = [line.user or line.client or "" for line in lines]
        if "" in names:
            lines = [line for line, name in zip(lines, names, strict=True) if name]
            names = [name for name in names if name]
        # As `Pseudonyms.rank`, without the call: this is done for every line.
        numbers = list(map(crc32, map(str.encode, names), repeat(self.names.seed)))
        keys = list(map(xor, numbers, repeat(mark)))
        counts, active = self._activity.counts, self._active
        counts.update(keys)
        mask, few = (1 << self.level) - 1, min(EARLY, self.often)
        close = [
            (line, name, number, key)
            for line, name, number, key in zip(lines, names, numbers, keys, strict=True)
            if not number & mask or counts[key] >= few or number in active
        ]
        self._look(close, mask)

    def _look(self, close: Sequence[tuple[AccessLine, str, int, int]], mask: int) -> None:
        """Line, who, their number and key; of each key all lines there are just now, which have been counted already."""
        active, early, often = self._active, self._activity.early, self.often
        counts: dict[int, int] = {}
        for _, _, _, key in close:
            counts[key] = counts.get(key, self._activity.counts[key]) - 1
        for line, who, number, key in close:
            counts[key] = count = counts[key] + 1
            if count == EARLY:
                early[key] = line.t
            if not number & mask or count >= often or number in active:
                self._keep(line, who, number, key, count)

    def _keep(self, line: AccessLine, who: str, number: int, key: int, count: int) -> None:
        if count > EACH:
            return
        kind, client = _kind(line), self._client(line.client or "")
        if count >= self.often:
            if number not in self._active and number & ((1 << self.level) - 1):
                self._fresh += [
                    _Event(at, who, number, key, kind, client, 1)
                    for at in self._activity.missed(key, count, line.t)
                ]
            self._active[number] = max(count, self._active.get(number, 0))
        self._seen[who] = (number, line.t)
        self._fresh.append(_Event(line.t, who, number, key, kind, client, line.hits or 1))

    def _too_many(self) -> bool:
        return len(self._seen) > self.users or len(self._fresh) + sum(self._before) > self.events

    def _events_before(self) -> tuple[int, int]:
        shared = sum((each.shared << each.level) >> self.level for each in self._hour)
        return shared, sum(each.active * each.often // self.often for each in self._hour)

    def _tighten(self) -> bool:
        """Whether it could be: a smaller share, or fewer who count as active where these are more than half of the sample."""
        active = self._active
        events = self._before[1] + sum(event.rank in active for event in self._fresh)
        crowded = 2 * len(active) > self.users or 2 * events > self.events
        if self.often < _OFTENEST and (crowded or self.level >= HIGHEST):
            self.often *= 2
            self._active = {rank: most for rank, most in active.items() if most >= self.often}
        elif self.level < HIGHEST:
            self.level += 1
        else:
            return False
        self._quiet_since = None
        self._before = self._events_before()
        dropped = Counter(event.key for event in self._fresh if not self._chosen(event.rank))
        self._activity.leave((rank for rank, _ in self._seen.values() if not self._chosen(rank)), dropped)
        self._seen = {who: each for who, each in self._seen.items() if self._chosen(each[0])}
        self._fresh = [event for event in self._fresh if self._chosen(event.rank)]
        return True

    def _chosen(self, rank: int) -> bool:
        return not rank & ((1 << self.level) - 1) or rank in self._active

    def _forget(self, now: float) -> None:
        while self._hour and self._hour[0].at < now - HOUR:
            self._hour.popleft()
        self._seen = {who: each for who, each in self._seen.items() if each[1] >= now - HOUR}
        if self._active:
            ranks = {rank for rank, _ in self._seen.values()}
            self._active = {rank: most for rank, most in self._active.items() if rank in ranks}

    def _widen_after_quiet(self, now: float) -> None:
        quiet = 4 * len(self._seen) < self.users and 4 * sum(self._events_before()) < self.events
        if not quiet or (not self.level and self.often == OFTEN):
            self._quiet_since = None
        elif self._quiet_since is None:
            self._quiet_since = now
        elif now - self._quiet_since >= HOUR:
            self.level = max(0, self.level - 1)
            self.often = max(OFTEN, self.often // 2)
            self._quiet_since = None

    def _client(self, address: str) -> str:
        known = self._clients.get(address)
        if known is None:
            if len(self._clients) >= _CLIENTS:
                self._clients.clear()
            known = self.names.name("client", client_of(address, self.ipv6_prefix))
            self._clients[address] = known
        return known

    def _columns(self, events: Sequence[_Event], now: float) -> Json:
        base = min((event.time for event in events), default=now)
        users: dict[tuple[bool, str], list[object]] = {}
        kinds: dict[tuple[str, ...], int] = {}
        clients: dict[str, int] = {}
        places: dict[tuple[bool, str], int] = {}
        rows = []
        for event in events:
            key = (bool(event.kind[-1]), event.who)
            if key not in places:
                places[key] = len(places)
                users[key] = [self._named(event), event.rank, self._active.get(event.rank, 0)]
            rows.append(
                (
                    round((event.time - base) * 10),
                    places[key],
                    kinds.setdefault(event.kind, len(kinds)),
                    clients.setdefault(event.client, len(clients)),
                    event.hits,
                )
            )
        names = ("times", "who", "kind", "client", "hits")
        columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
        return {
            "level": self.level,
            "often": self.often,
            "base": base,
            "users": list(users.values()),
            "kinds": [list(kind) for kind in kinds],
            "clients": list(clients),
            **columns,
        }

    def _named(self, event: _Event) -> str:
        """A user's other name; of one who has not signed in, that of the client."""
        return self.names.name("user", event.who) if event.kind[-1] else event.client


def _kind(line: AccessLine) -> tuple[str, ...]:
    """feature, action, country, tier, risk, region, and whether somebody has signed in."""
    return (
        line.alike.feature or "",
        line.alike.action or "",
        (line.alike.country or "")[:_LONGEST],
        (line.alike.tier or "")[:_LONGEST],
        (line.alike.risk or "")[:_LONGEST],
        line.alike.region or "",
        "user" if line.user else "",
    )
