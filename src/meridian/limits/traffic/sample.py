"""A sample of what users did, for replaying it: few users, but of each everything.

Limits are about sequences, so a sample of requests would say nothing: somebody with one request in ten looks like ten careful
users. The share adapts: it halves when the users or the requests of an hour get too many, and doubles after a quiet hour.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from zlib import crc32

from meridian.envoy.lines import AccessLine
from meridian.envoy.snapshot import Json
from meridian.limits.traffic.who import Pseudonyms, client_of

USERS = 2_000
EVENTS = 200_000
"""The most of an hour and edge."""
HOUR = 3600.0
HIGHEST = 24
"""1 in 16 million."""
_CLIENTS = 20_000
_LONGEST = 64


class _Event(NamedTuple):
    """who: a user, or a client that has not signed in."""

    time: float
    who: str
    rank: int
    kind: tuple[str, ...]
    client: str
    hits: int


@dataclass(slots=True)
class Sample:
    """level: of users, 1 in 2^level is chosen. ipv6_prefix: bits that count as one client. users, events: the most of an hour."""

    names: Pseudonyms
    ipv6_prefix: int = 64
    users: int = USERS
    events: int = EVENTS
    level: int = 0
    _fresh: list[_Event] = field(default_factory=list)
    _seen: dict[str, tuple[int, float]] = field(default_factory=dict)
    """Who -> rank, and when last."""
    _hour: deque[tuple[float, int, int]] = field(default_factory=deque)
    """When harvested, at which level, how many events."""
    _clients: dict[str, str] = field(default_factory=dict)
    _quiet_since: float | None = None

    def add(self, lines: Sequence[AccessLine]) -> None:
        seed, mask = self.names.seed, (1 << self.level) - 1
        for line in lines:
            who = line.user or line.client
            # As `Pseudonyms.rank`, without the call: this is done for every line.
            if who is None or (number := crc32(who.encode(), seed)) & mask:
                continue
            self._seen[who] = (number, line.t)
            self._fresh.append(
                _Event(line.t, who, number, _kind(line), self._client(line.client or ""), line.hits or 1)
            )
        while self._too_many() and self.level < HIGHEST:
            self._halve()

    def harvest(self, now: float) -> Json:
        """Everything since the last harvest, by columns. Empty where there is nothing to say: that nobody of a share was there
        is something. now: seconds since 1970."""
        taken, self._fresh = self._fresh, []
        level = self.level
        self._hour.append((now, level, len(taken)))
        self._forget(now)
        self._double_after_quiet(now)
        return self._columns(taken, level, now) if taken or level else {}

    def _too_many(self) -> bool:
        return len(self._seen) > self.users or self._in_an_hour() > self.events

    def _in_an_hour(self) -> int:
        """Events, as many as they would be at the level of now."""
        before = sum((count << level) >> self.level for _, level, count in self._hour)
        return len(self._fresh) + before

    def _halve(self) -> None:
        self.level += 1
        self._quiet_since = None
        mask = (1 << self.level) - 1
        self._seen = {who: each for who, each in self._seen.items() if not each[0] & mask}
        self._fresh = [event for event in self._fresh if not event.rank & mask]

    def _forget(self, now: float) -> None:
        while self._hour and self._hour[0][0] < now - HOUR:
            self._hour.popleft()
        self._seen = {who: each for who, each in self._seen.items() if each[1] >= now - HOUR}

    def _double_after_quiet(self, now: float) -> None:
        quiet = 4 * len(self._seen) < self.users and 4 * self._in_an_hour() < self.events
        if not self.level or not quiet:
            self._quiet_since = None
        elif self._quiet_since is None:
            self._quiet_since = now
        elif now - self._quiet_since >= HOUR:
            self.level -= 1
            self._quiet_since = None

    def _client(self, address: str) -> str:
        known = self._clients.get(address)
        if known is None:
            if len(self._clients) >= _CLIENTS:
                self._clients.clear()
            known = self.names.name("client", client_of(address, self.ipv6_prefix))
            self._clients[address] = known
        return known

    def _columns(self, events: Sequence[_Event], level: int, now: float) -> Json:
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
                users[key] = [self._named(event), event.rank]
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
            "level": level,
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
        line.feature or "",
        line.action or "",
        (line.country or "")[:_LONGEST],
        (line.tier or "")[:_LONGEST],
        (line.risk or "")[:_LONGEST],
        line.region or "",
        "user" if line.user else "",
    )
