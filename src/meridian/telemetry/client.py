"""Telling control what happens in an app, for the app's own servers.

    events = EventsClient("https://control.example", token=app_token, region="EU")
    events.send("token.spent", amount=5)
    events.send("payout", payout="p-17", state="pending", amount=2500, currency="EUR")

`send` never waits and never fails for what control does: events are kept in a bounded buffer and leave in batches from a thread
of the client's own, again and again until control has them. Each has an id, so that one which is sent twice counts once.
A mistake in an event (InvalidInput) is raised where it is made.
"""

import asyncio
import contextlib
import os
import random
from collections.abc import Callable, Mapping, Sequence
from threading import Lock, Thread
from types import TracebackType
from typing import Any, Self

import httpx

from meridian.core.backoff import backoff, spread
from meridian.core.errors import InvalidInput
from meridian.telemetry.events.batch import MOST
from meridian.telemetry.events.buffer import BUFFER, Buffer, Told, event

PATH = "/infrastructure/events"
EVERY = 1.0
"""Seconds between batches."""
TIMEOUT = 5.0
"""Seconds for one try."""
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0


class AsyncEventsClient:
    """For asyncio: `send` as in EventsClient, and `run` sends until it is cancelled.

        async with AsyncEventsClient(url, token, region="EU") as events: ...

    control_url: control's address. token: of the role `app`. region: of events that name none. every: seconds between batches.
    jitter: a share from 0 to 1, asked at each pause."""

    def __init__(
        self,
        control_url: str,
        token: str,
        *,
        region: str = "",
        every: float = EVERY,
        timeout: float = TIMEOUT,
        buffer: int = BUFFER,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.region, self.every, self._jitter = region, every, jitter
        self.buffer = Buffer(buffer)
        self._full = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._running: asyncio.Task[None] | None = None
        self._http = httpx.AsyncClient(
            base_url=_usable_url(control_url),
            timeout=timeout,
            trust_env=False,
            headers={"authorization": f"Bearer {_usable_token(token)}"},
        )

    def send(self, type: str, **fields: Any) -> None:
        """Puts an event into the buffer. Raises InvalidInput for what is none."""
        if self.buffer.put(event(type, self.region, fields)) >= MOST:
            self.wake()

    def wake(self) -> None:
        """What waits is sent now, unless a failure asks for a pause."""
        self._full.set()

    def told(self) -> Told:
        return self.buffer.told()

    async def run(self) -> None:
        """Sends what waits every `every` seconds, or once a batch is full; after a failure in growing pauses."""
        failures = 0
        while True:
            pause = self.every
            self._full.clear()
            try:
                while self.buffer.told().waiting:
                    await self.send_batch()
                failures = 0
            except Failed as error:
                failures += 1
                pause = max(error.retry_after, self._backoff(failures))
            await self._rest(pause, wakes=not failures)

    async def send_batch(self) -> None:
        """Sends the next batch once. Raises Failed when it is to be sent again."""
        async with self._one_at_a_time:
            batch = self.buffer.batch()
            if not batch:
                return
            try:
                answer = await self._http.post(PATH, json={"events": batch})
                self._read(batch, answer)
            except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
                raise self._failed(f"control did not answer: {error or type(error).__name__}") from None

    async def flush(self, seconds: float) -> bool:
        """Whether all that waits was sent within so many seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.buffer.told().waiting:
                    try:
                        await self.send_batch()
                    except Failed as error:
                        await asyncio.sleep(max(error.retry_after, 0.1))
        return not self.buffer.told().waiting

    async def aclose(self, seconds: float = TIMEOUT) -> None:
        """Sends what waits, for at most so many seconds. End `run` before, if you began it."""
        if self._running is not None:
            self._running.cancel()
        await self.flush(seconds)
        await self._http.aclose()

    def _read(self, batch: Sequence[Mapping[str, Any]], answer: httpx.Response) -> None:
        status = answer.status_code
        if status == 200:
            told = answer.json()
            accepted, duplicates, refused = int(told["accepted"]), int(told["duplicates"]), told["refused"]
            self.buffer.done(batch, accepted, duplicates, len(refused))
            self.buffer.trouble(f"control refused an event: {refused[0]['reason']}" if refused else "")
        elif status in (400, 413, 415, 422):
            # It will never be taken as it is, and must not keep what comes after it waiting.
            self.buffer.done(batch, refused=len(batch))
            self.buffer.trouble(f"control refused a batch ({status}): {_detail(answer)}")
        else:
            raise self._failed(f"control answered {status}: {_detail(answer)}", _seconds(answer))

    def _failed(self, sentence: str, retry_after: float = 0.0) -> "Failed":
        self.buffer.trouble(sentence)
        return Failed(sentence, retry_after)

    def _backoff(self, failures: int) -> float:
        """Between half and all of 0.5 s, 1 s, 2 s ... 30 s, so that an app's many servers do not come back all at once."""
        return spread(backoff(failures, FIRST_PAUSE, LONGEST_PAUSE), self._jitter())

    async def _rest(self, seconds: float, *, wakes: bool) -> None:
        if not wakes:
            await asyncio.sleep(seconds)
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._full.wait()

    async def __aenter__(self) -> Self:
        self._running = asyncio.create_task(self.run(), name="events")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


class Failed(Exception):
    """A batch that is to be sent again. retry_after: seconds that control asked for."""

    def __init__(self, sentence: str, retry_after: float) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class EventsClient:
    """For programs without asyncio. As AsyncEventsClient, in a thread that begins with the first event, and anew in a process
    that was forked. Close it, or use it in `with`: what still waits is sent then."""

    def __init__(
        self,
        control_url: str,
        token: str,
        *,
        region: str = "",
        every: float = EVERY,
        timeout: float = TIMEOUT,
        buffer: int = BUFFER,
    ) -> None:
        _usable_url(control_url)
        _usable_token(token)
        self._making = lambda: AsyncEventsClient(
            control_url, token, region=region, every=every, timeout=timeout, buffer=buffer
        )
        self._starting = Lock()
        self._thread: _Thread | None = None
        self._last = Told()
        self.region = region

    def send(self, type: str, **fields: Any) -> None:
        """Puts an event into the buffer. Raises InvalidInput for what is none."""
        made = event(type, self.region, fields)
        thread = self._started()
        if thread.client.buffer.put(made) == MOST:
            thread.wake()

    def told(self) -> Told:
        thread = self._thread
        return thread.client.told() if thread else self._last

    def close(self, timeout: float = TIMEOUT) -> None:
        """Sends what waits, for at most so many seconds."""
        with self._starting:
            thread, self._thread = self._thread, None
        if thread is not None and thread.process == os.getpid():
            thread.stop(timeout)
            self._last = thread.client.told()

    def _started(self) -> "_Thread":
        with self._starting:
            if self._thread is None or self._thread.process != os.getpid():
                self._thread = _Thread(self._making)
            return self._thread

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Thread:
    """An event loop in a thread of its own, in which a client runs."""

    def __init__(self, make: Callable[[], AsyncEventsClient]) -> None:
        self.process = os.getpid()
        self.client = make()
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._serve, name="events-client", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._task = self._loop.create_task(self.client.run())
        self._loop.run_forever()
        self._loop.close()

    def wake(self) -> None:
        self._loop.call_soon_threadsafe(self.client.wake)

    def stop(self, timeout: float) -> None:
        async def end() -> None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            await self.client.aclose(timeout)

        asyncio.run_coroutine_threadsafe(end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


def _usable_url(url: str) -> httpx.URL:
    """Raises InvalidInput for what is not a whole http or https address."""
    try:
        found = httpx.URL(url)
    except (httpx.InvalidURL, TypeError, ValueError):
        found = httpx.URL("")
    if found.scheme not in ("http", "https") or not found.host:
        raise InvalidInput(
            f"{url!r:.80} is not the address of control", "write it whole, such as https://control.example"
        )
    return found


def _usable_token(token: str) -> str:
    """Raises InvalidInput for what no header can carry, without telling the token."""
    if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
        raise InvalidInput(
            "the token for events is no token", "give one of the role app, without the end of a line"
        )
    return token


def _detail(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["detail"])[:200]
    except (ValueError, KeyError, TypeError):
        return "no reason was given"


def _seconds(answer: httpx.Response) -> float:
    """Of a Retry-After; 0 where it is a date, or none. At most what a client would wait by itself."""
    text = answer.headers.get("retry-after", "")
    return min(float(text), LONGEST_PAUSE) if text.isascii() and text.isdigit() else 0.0
