"""The admission process of one edge: from its start to its end."""

import asyncio
import contextlib
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path

from meridian.envoy.agent.folder import replace
from meridian.envoy.companion import TROUBLE
from meridian.envoy.snapshot import Json
from meridian.limits.admission.desk import Desk
from meridian.limits.admission.lifted import lifted
from meridian.limits.admission.listening import SOCKET, alone, bound
from meridian.limits.admission.log import EventLog
from meridian.limits.admission.protocol import AdmissionProtocol
from meridian.limits.admission.routes import Routes
from meridian.limits.admission.secret import names_of
from meridian.limits.admission.settings import FILE, Settings
from meridian.limits.admission.store import Store
from meridian.limits.admission.told import Told
from meridian.limits.shield.book import Book
from meridian.limits.shield.guard import Change, Guard
from meridian.limits.shield.journal import FILE as JOURNAL
from meridian.limits.shield.journal import Journal

NAME = "admission"
COUNTERS = "counters.saved"
TICK = 0.25
"""Seconds between looks at the file and at what is over."""
WRITE_EVERY = 1.0
"""Seconds between counts in the log, and between writes of the shields' memory."""
_TIDIED = 2000
_SHOWN = 1000
_BACKLOG = 4096


@dataclass(slots=True)
class Admission:
    """home: the edge's folder."""

    home: Path
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    told: Told = field(init=False)
    log: EventLog = field(init=False)
    store: Store = field(init=False)
    guard: Guard = field(init=False)
    journal: Journal = field(init=False)
    _written: float = 0.0
    _told: str = "?"

    def __post_init__(self) -> None:
        self.told = Told(self.home / "xds" / FILE)
        self.log = EventLog(self.home / "log" / "admission.log")
        self.store = Store(self._store_changed)
        self.guard = Guard(Book(), changed=self._block_changed)
        self.journal = Journal(self.home / JOURNAL, self.guard.book)

    async def run(self) -> None:
        """Until `stop`, SIGTERM or SIGINT. Raises Conflict when this edge has an admission process that does not end, and OSError
        when the folder cannot be used."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop.set)
        async with alone(self.home):
            self.journal.load()
            self.guard.resume()
            self.store.memory.restore(self.home / COUNTERS, self.store.clock.now())
            settings = await self._first_settings()
            if settings is not None:
                await self._serve(settings)

    async def _first_settings(self) -> Settings | None:
        """Nobody listens before they are known: then Envoy decides as each limit's `on_failure` says."""
        while not self.stop.is_set():
            settings = self.told.news()
            if settings is not None:
                return settings
            await self._pause()
        return None

    async def _serve(self, settings: Settings) -> None:
        desk = Desk(names_of(self.home), settings, self.store.counters, self.guard)
        await self._take_over(desk, settings)
        routes = Routes(desk, lambda: self._state(desk))
        loop = asyncio.get_running_loop()
        server = await loop.create_unix_server(
            lambda: AdmissionProtocol(routes), sock=bound(self.home), backlog=_BACKLOG
        )
        try:
            while not self.stop.is_set():
                await self._pause()
                await self._look(desk)
        finally:
            (self.home / SOCKET).unlink(missing_ok=True)
            server.close()
            await self.store.close()
            self._count(desk)
            self.journal.flush()
            self.log.flush()
            with contextlib.suppress(OSError):
                self.store.memory.save(self.home / COUNTERS, self.store.clock.now())

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(TICK):
                await self.stop.wait()
        except TimeoutError:
            return

    async def _look(self, desk: Desk) -> None:
        settings = self.told.news()
        if settings is not None:
            await self._take_over(desk, settings)
        self._tell()
        self.guard.tidy(desk.settings.limits.shields, _TIDIED)
        if time.monotonic() >= self._written + WRITE_EVERY:
            self._written = time.monotonic()
            self._count(desk)
            await self.journal.flush_aside()
        await asyncio.to_thread(self.log.flush)

    def _tell(self) -> None:
        """What is wrong, to whoever looks at the edge: its agent reads it from the file."""
        away = f"{self.store.effect} ({self.store.problem})" if self.store.problem else ""
        sentence = "; ".join(part for part in (self.told.problem, away) if part)
        if sentence == self._told:
            return
        self._told = sentence
        with contextlib.suppress(OSError):
            replace(self.home / TROUBLE.format(name=NAME), sentence.encode(), durable=False)

    async def _take_over(self, desk: Desk, settings: Settings) -> None:
        limits = settings.limits
        await self.store.become(limits)
        desk.settings, desk.counters = settings, self.store.counters
        self.guard.line = self.store.line
        self.guard.lift(limits.shields, lifted(settings.lifts, desk.names, limits.ipv6_prefix))

    def _count(self, desk: Desk) -> None:
        if counts := desk.counts.drained():
            self.log.note("counts", policies=counts)

    def _store_changed(self, problem: str) -> None:
        if problem:
            self.log.note("store-away", sentence=problem, effect=self.store.effect)
        else:
            self.log.note("store-back")

    def _block_changed(self, change: Change) -> None:
        shield, kind, subject = change.subject
        self.log.note(
            change.event, shield=shield, kind=kind, subject=subject, until=change.until, blocks=change.blocks
        )

    def _state(self, desk: Desk) -> Json:
        blocks = list(self.guard.book.blocks(time.time()))
        return {
            "settings": self.told.digest,
            "problem": self.told.problem,
            "store": {"kind": desk.settings.limits.counters.store, "problem": self.store.problem},
            "counts": desk.counts.total,
            "counters": len(self.store.memory),
            "tracked": len(self.guard.book.tracks),
            "devices": len(self.guard.book.known),
            "blocked": len(blocks),
            "blocks": [
                {
                    "shield": subject.shield,
                    "kind": subject.kind,
                    "subject": subject.name,
                    "since": track.since,
                    "until": track.until,
                    "blocks": track.blocks,
                }
                for subject, track in blocks[:_SHOWN]
            ],
        }
