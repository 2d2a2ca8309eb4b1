"""The shields' memory in Redis or Valkey, shared by all edges: read in one go, written in one go, never over somebody else's
change.

Times here are the edges' civil clocks, which a shield needs to agree within seconds only.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha1
from importlib.resources import files

from meridian.limits.exact.line import AWAY, Line
from meridian.limits.exact.wire import Command, Refusal, Reply
from meridian.limits.settings import Shield
from meridian.limits.shield.judge import Subject, View
from meridian.limits.shield.track import NEW, Track, dump, forgotten_at, load

_SCRIPT = files("meridian.limits.shield").joinpath("keep.lua").read_text()
_SHA = sha1(_SCRIPT.encode(), usedforsecurity=False).hexdigest()
_LEAST = 1000
"""Milliseconds that a written track lives, also an empty one, whose version others must see."""


@dataclass(frozen=True, slots=True)
class Read:
    """raw: what stood there, to be compared when it is written."""

    tracks: Mapping[Subject, Track]
    known: Mapping[str, float]
    raw: Mapping[Subject, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Remote:
    line: Line

    async def read(self, subjects: Iterable[Subject], devices: Iterable[str], since: float) -> Read | None:
        """None when the store is away. since: when the oldest question began, by the event loop's clock."""
        wanted, phones = list(subjects), list(devices)
        keys = [*map(_track_key, wanted), *map(_device_key, phones)]
        replies = await self._asked([("GET", key) for key in keys], since)
        if any(reply is AWAY for reply in replies):
            return None
        raw = dict(zip(wanted, replies, strict=False))
        known = zip(phones, replies[len(wanted) :], strict=True)
        return Read(
            {subject: _loaded(content) for subject, content in raw.items() if content},
            {device: _number(content) for device, content in known if content},
            {subject: content or b"" for subject, content in raw.items()},
        )

    async def write(
        self, read: Read, view: View, before: View, now: float, shields: Mapping[str, Shield], since: float
    ) -> list[Subject]:
        """Writes what differs from what was read, and returns those that somebody else has changed meanwhile. A store that goes
        away just now has changed nothing that matters: this process remembers."""
        changed = [
            subject
            for subject, track in view.tracks.items()
            if track != read.tracks.get(subject, NEW) and subject in read.raw
        ]
        commands = [
            self._kept(subject, read, view.tracks[subject], shields[subject.shield], now)
            for subject in changed
        ]
        commands += [
            ("SET", _device_key(device), repr(until), "PX", max(1, int((until - now) * 1000)))
            for device, until in view.known.items()
            if until > before.known.get(device, 0.0)
        ]
        replies = await self._asked(commands, since)
        missing = [number for number, reply in enumerate(replies) if isinstance(reply, Refusal)]
        again = await self._asked([("EVAL", _SCRIPT, *commands[number][2:]) for number in missing], since)
        for number, reply in zip(missing, again, strict=True):
            replies[number] = reply
        return [subject for subject, reply in zip(changed, replies, strict=False) if reply == 0]

    def _kept(self, subject: Subject, read: Read, track: Track, shield: Shield, now: float) -> Command:
        """It lives as long as what it replaces would have, which another edge may still remember."""
        ends = max(forgotten_at(track, shield), forgotten_at(read.tracks.get(subject, NEW), shield))
        lives = max(_LEAST, int((ends - now) * 1000) + 1)
        return ("EVALSHA", _SHA, 1, _track_key(subject), read.raw[subject], dump(track), lives)

    async def _asked(self, commands: Sequence[Command], since: float) -> list[Reply]:
        """The answers in order; AWAY for each that the store did not give in time."""
        if not commands:
            return []
        told: list[Reply] = [AWAY] * len(commands)
        left = len(commands)
        everything: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def one(reply: Reply, number: int) -> None:
            nonlocal left
            told[number] = reply
            left -= 1
            if not left and not everything.done():
                everything.set_result(None)

        for number, command in enumerate(commands):
            self.line.ask(command, partial(one, number=number), since)
        await everything
        return told


def _track_key(subject: Subject) -> str:
    return f"meridian:shield:{subject.key}"


def _device_key(device: str) -> str:
    return f"meridian:device:{device}"


def _loaded(content: bytes) -> Track:
    """What cannot be read counts as nothing, and is written over."""
    try:
        return load(content)
    except ValueError:
        return NEW


def _number(content: bytes) -> float:
    try:
        return float(content)
    except ValueError:
        return 0.0
