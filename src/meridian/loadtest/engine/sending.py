"""One process that sends, as its coordinator sees it: started, told when to begin and to stop, listened to, ended."""

import asyncio
import contextlib
import pickle
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from meridian.core.errors import InvalidInput
from meridian.loadtest.engine.messages import DONE, MOMENT, NOTE, Kind, Message, read
from meridian.loadtest.plan import Plan, Shard

COMMAND = (sys.executable, "-m", "meridian.loadtest.engine.worker")

TO_BE_GONE = 1.0
"""Seconds that a process may take to end after it has said its last."""


@dataclass(slots=True, eq=False)
class Sending:
    """number: from 1. taken: called with a record's bytes. heard: by `time.monotonic`, when it last said something. waiting,
    connections, lag: as it said last (lag: the longest since it was last read, in seconds). ended: it said all it had to say.
    failure: why it could not go on, as a sentence. prepared: users that are ready, of how many; zeros: it has not said."""

    number: int
    process: asyncio.subprocess.Process
    taken: Callable[[bytes], None]
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    heard: float = field(default_factory=time.monotonic)
    waiting: int = 0
    connections: int = 0
    lag: float = 0.0
    ended: bool = False
    failure: str = ""
    prepared: tuple[int, int] = (0, 0)
    _listening: asyncio.Task[None] | None = None
    _given_up: bool = False

    @property
    def name(self) -> str:
        return f"load generator {self.number}"

    @classmethod
    async def start(cls, number: int, plan: bytes, taken: Callable[[bytes], None]) -> "Sending":
        """plan: packed by `order`. In a session of its own, so that Ctrl-C at the terminal does not reach it."""
        process = await asyncio.create_subprocess_exec(
            *COMMAND,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        made = cls(number, process, taken)
        made._say(Message(Kind.PATHS, pickle.dumps(sys.path)))
        made._say(Message(Kind.PLAN, plan))
        made._listening = asyncio.create_task(made._listen())
        return made

    def begin(self, moment: float) -> None:
        """moment: by `time.monotonic`."""
        self._say(Message(Kind.START, MOMENT.pack(moment)))

    def stop(self) -> None:
        self._say(Message(Kind.STOP))

    def halt(self) -> None:
        self._say(Message(Kind.HALT))

    def ending(self) -> str:
        """What became of it, to follow its name in a sentence."""
        if self.failure:
            return f"could not go on: {self.failure}"
        if self._given_up:
            return "did not end in time"
        code = self.process.returncode
        if code is None or code >= 0:
            return "ended too soon" if code is None else f"ended too soon, with exit status {code}"
        try:
            return f"was killed by {signal.Signals(-code).name}"
        except ValueError:
            return f"was killed by signal {-code}"

    async def end(self) -> None:
        """It is gone when this returns."""
        if self.process.returncode is None:
            self._given_up = not self.ended
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
        await self.process.wait()
        if self._listening is not None:
            await self._listening
        if self.process.stdin is not None:
            self.process.stdin.close()

    def _say(self, message: Message) -> None:
        """To one that is gone, nothing is said."""
        if self.process.stdin is not None and not self.process.stdin.is_closing():
            self.process.stdin.write(message.packed())

    async def _listen(self) -> None:
        assert self.process.stdout is not None
        while (message := await read(self.process.stdout)) is not None:
            self.heard = time.monotonic()
            match message.kind:
                case Kind.PREPARING:
                    self.prepared = DONE.unpack(message.body)
                case Kind.READY:
                    self.ready.set()
                case Kind.SECOND | Kind.END:
                    self.waiting, self.connections, lag = NOTE.unpack_from(message.body)
                    self.lag = max(self.lag, lag)
                    self.taken(message.body[NOTE.size :])
                    self.ended = message.kind is Kind.END
                case Kind.FAILED:
                    self.failure = message.body.decode()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.process.wait(), TO_BE_GONE)
        self.waiting = self.connections = 0
        self.over.set()
        self.ready.set()


def order(plan: Plan, shard: Shard) -> bytes:
    """Raises InvalidInput for a plan that cannot be handed to another process."""
    try:
        return pickle.dumps((plan, shard))
    except Exception as error:
        raise InvalidInput(
            f"the scenario cannot be handed to the processes that send it: {error}",
            "define its classes and functions at the top of a module",
        ) from error
