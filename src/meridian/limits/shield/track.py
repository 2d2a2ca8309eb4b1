"""What is remembered of one subject of a shield: its attempts, its block, and how often it was blocked. Pure; time is given.

A subject is an account tried from unknown devices, a client address, or an account on one device that it has used before. An
attempt counts from before its outcome is known: five hundred guesses at once are five attempts and 495 refusals.
"""

import json
import math
from dataclasses import dataclass, replace

from meridian.limits.settings import Shield

PENDING_WAIT = 1.0
"""Seconds after which somebody may ask again where only attempts without an outcome stand in the way."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """at: seconds since 1970. failed: whether it is known to have failed; until then its outcome is awaited."""

    id: str
    at: float
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Track:
    """since, until: of the block, in seconds since 1970. blocks: how many there were in a row. cleared: when a success or an
    operator last wiped it. version: grows with each change, so that of two memories the newer one is known."""

    attempts: tuple[Attempt, ...] = ()
    since: float = 0.0
    until: float = 0.0
    blocks: int = 0
    cleared: float = 0.0
    version: int = 0

    def blocked(self, now: float) -> float:
        """Seconds that the block still lasts, or 0."""
        return max(0.0, self.until - now)

    def has(self, attempt: str) -> bool:
        return any(each.id == attempt for each in self.attempts)


NEW = Track()


def settled(track: Track, shield: Shield, now: float, lifted: float = 0.0) -> Track:
    """What still counts now. lifted: when an operator last ended this subject's blocks."""
    if lifted and track.since and track.since < lifted:
        track = _next(track, attempts=(), since=0.0, until=0.0, blocks=0, cleared=max(lifted, track.cleared))
    if track.blocks and now >= track.until + shield.longest:
        track = _next(track, since=0.0, until=0.0, blocks=0)
    recent = tuple(each for each in track.attempts if now - each.at < shield.within)
    return _next(track, attempts=recent) if len(recent) < len(track.attempts) else track


def wait(track: Track, attempt: str, shield: Shield, now: float) -> float:
    """Seconds until an attempt may be made; 0: now. track: settled."""
    if block := track.blocked(now):
        return block
    if len(track.attempts) < shield.failures or track.has(attempt):
        return 0.0
    oldest = min(each.at for each in track.attempts) + shield.within - now
    return oldest if all(each.failed for each in track.attempts) else min(oldest, PENDING_WAIT)


def tried(track: Track, attempt: str, now: float) -> Track:
    """The attempt counts from now on; one that does already counts once."""
    if track.has(attempt):
        return track
    return _next(track, attempts=(*track.attempts, Attempt(attempt, now)))


def failed(track: Track, attempt: str, shield: Shield, now: float) -> Track:
    """Its outcome: it failed. With the last one that is allowed, the block begins. An attempt that is not known (its process was
    restarted meanwhile) counts as well; one that ends while a block lasts is part of what led to it."""
    if track.blocked(now):
        return track
    known = next((each for each in track.attempts if each.id == attempt), Attempt(attempt, now))
    if known.failed:
        return track
    others = tuple(each for each in track.attempts if each.id != attempt)
    attempts = (*others, replace(known, failed=True))
    if sum(each.failed for each in attempts) < shield.failures:
        return _next(track, attempts=attempts)
    return _next(
        track, attempts=(), since=now, until=now + length(shield, track.blocks), blocks=track.blocks + 1
    )


def length(shield: Shield, before: int) -> float:
    """Seconds of a block after so many in a row."""
    if shield.longest <= shield.block:
        return shield.longest
    if shield.growth > 1 and before * math.log(shield.growth) >= math.log(shield.longest / shield.block):
        return shield.longest
    return float(shield.block * shield.growth**before)


def wiped(track: Track, now: float) -> Track:
    """After a success."""
    return _next(track, attempts=(), since=0.0, until=0.0, blocks=0, cleared=now)


def given_back(track: Track, attempt: str) -> Track:
    """It was no attempt after all."""
    if not track.has(attempt):
        return track
    return _next(track, attempts=tuple(each for each in track.attempts if each.id != attempt))


def forgotten_at(track: Track, shield: Shield) -> float:
    """When nothing of it matters any more, in seconds since 1970."""
    last = max((each.at + shield.within for each in track.attempts), default=0.0)
    return max(last, track.until + shield.longest if track.blocks else 0.0)


def joined(ours: Track, theirs: Track) -> Track:
    """Of two memories the newer one, but with any block that the other knows and that nothing has wiped since."""
    newer, older = (ours, theirs) if ours.version > theirs.version else (theirs, ours)
    if older.until > newer.until and older.since > newer.cleared:
        return _next(newer, since=older.since, until=older.until, blocks=max(older.blocks, newer.blocks))
    return newer


def dump(track: Track) -> str:
    attempts = [[each.id, round(each.at, 3), int(each.failed)] for each in track.attempts]
    rest = [
        round(track.since, 3),
        round(track.until, 3),
        track.blocks,
        round(track.cleared, 3),
        track.version,
    ]
    return json.dumps([attempts, *rest], separators=(",", ":"))


def load(text: str | bytes) -> Track:
    """Raises ValueError when the text is not a track."""
    try:
        attempts, since, until, blocks, cleared, version = json.loads(text)
        known = tuple(Attempt(str(name), float(at), bool(failed)) for name, at, failed in attempts)
        return Track(known, float(since), float(until), int(blocks), float(cleared), int(version))
    except (TypeError, RecursionError) as error:
        raise ValueError(f"not a track: {error}") from error


def _next(track: Track, **changes: object) -> Track:
    return replace(track, version=track.version + 1, **changes)  # type: ignore[arg-type]
