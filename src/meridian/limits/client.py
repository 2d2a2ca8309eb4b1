"""Asking an edge about limits, for programs that are not behind it. What they take comes out of the gateway's own buckets.

    limits = LimitsClient("https://eu.edge.example", token=read_token)
    answer = limits.check_rate_limit("u1", "chat", tier="premium")
    if not answer:
        refuse(answer.retry_after)

An edge that does not answer in time is what `on_failure` says: "raise" (LimitsUnavailable), "allow" or "deny". A mistake in the
question, the URL or the form of the token (InvalidInput), or a token that is not accepted (Unauthenticated), is always raised.
"""

import asyncio
import inspect
import json
import math
import os
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import partial
from threading import Lock, Thread
from types import TracebackType
from typing import Any, Literal, Self, TypedDict, TypeVar, Unpack, get_args

import httpx

from meridian.core.errors import InvalidInput, Unauthenticated, Unavailable

PATH = "/infrastructure/rate-limit/check"
HEADER = "meridian-check"
TIMEOUT = 0.25
"""Seconds for a whole check."""
MOST_HITS = 1_000_000
OnFailure = Literal["raise", "allow", "deny"]
NOT_COUNTED = ("not-counted", "temporary-reduced-capacity")
"""How the type of a problem ends with which an edge refuses because an exact limit with `on_failure: deny` cannot be counted."""
T = TypeVar("T")


class Given(TypedDict, total=False):
    """What else a question may say. tier, risk, ip, country, region: of whoever asks. hits: requests. dry_run: take nothing."""

    tier: str | None
    risk: str | None
    ip: str | None
    country: str | None
    region: str | None
    hits: int
    dry_run: bool


class LimitsUnavailable(Unavailable):
    """No edge said whether a limit allows it."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit that was looked at. quota: requests in each `window` seconds. remaining: requests that would pass now. reset:
    seconds until all of them would."""

    name: str
    key: str
    quota: int
    window: float
    remaining: int
    reset: float


@dataclass(frozen=True, slots=True)
class Answer:
    """True in a condition where it is allowed. refused_by: the limit that refuses, or empty. retry_after: seconds. trouble: why
    no edge answered, where `on_failure` did instead."""

    allowed: bool
    refused_by: str = ""
    retry_after: float = 0.0
    limits: tuple[Limit, ...] = ()
    trouble: str = ""

    def __bool__(self) -> bool:
        return self.allowed


def question(
    *,
    action: str | None = None,
    user: str | None = None,
    tier: str | None = None,
    risk: str | None = None,
    ip: str | None = None,
    country: str | None = None,
    region: str | None = None,
    only: str | None = None,
    hits: int | None = None,
    dry_run: bool = False,
) -> dict[str, Any]:
    """The body of a check: what is not given is left out. Raises InvalidInput for odd values, or when it asks about nobody."""
    texts = {
        "action": action,
        "user": user,
        "tier": tier,
        "risk": risk,
        "ip": ip,
        "country": country,
        "region": region,
    }
    body: dict[str, Any] = {}
    for name, value in (texts | {"only": only}).items():
        if value is not None and not isinstance(value, str):
            raise InvalidInput(f"`{name}` of a check is text, not {type(value).__name__}", "give a str")
        if value:
            body[name] = str(value)  # of an enum too, such as a Risk
    if not body.keys() & {"action", "user", "ip", "country", "region"}:
        raise InvalidInput(
            "a check asks about nobody", "give at least one of action, user, ip, country and region"
        )
    if hits is not None:
        if isinstance(hits, bool) or not isinstance(hits, int) or not 1 <= hits <= MOST_HITS:
            raise InvalidInput(
                f"`hits` of a check is a whole number from 1 to {MOST_HITS}, not {hits!r:.60}",
                "to take nothing, give dry_run=True",
            )
        body["hits"] = int(hits)
    if not isinstance(dry_run, bool):
        raise InvalidInput(f"`dry_run` of a check is True or False, not {dry_run!r:.60}", "give one of both")
    return body | {"dry_run": True} if dry_run else body


def read(status: int, content: Any) -> Answer:
    """An edge's answer. Raises InvalidInput, Unauthenticated, or LimitsUnavailable for what is none."""
    detail = str(content.get("detail", "")).rstrip(".") if isinstance(content, Mapping) else ""
    if status == 401:
        raise Unauthenticated(
            detail or "the token may not check limits", "ask for one of audience meridian-check"
        )
    if status == 400:
        raise InvalidInput(detail or "the edge does not understand the check")
    if 300 <= status < 500 and status not in (408, 429):
        raise InvalidInput(
            f"the URL answers checks with {status}, as no edge does{f': {detail}' if detail else ''}",
            "give the public address of an edge",
        )
    if status != 200:
        raise LimitsUnavailable(f"the edge answered {status}{f': {detail}' if detail else ''}")
    try:
        found = tuple(
            Limit(
                str(each["name"]),
                str(each["key"]),
                int(each["quota"]),
                float(each["window"]),
                int(each["remaining"]),
                float(each["reset"]),
            )
            for each in content["limits"]
        )
        refused_by, retry_after = (
            str(content.get("refused_by") or ""),
            float(content.get("retry_after") or 0.0),
        )
        return Answer(bool(content["allowed"]), refused_by, retry_after, found)
    except (KeyError, TypeError, ValueError) as error:
        raise LimitsUnavailable(f"the edge's answer is none ({type(error).__name__}: {error})") from None


def written(body: Mapping[str, Any]) -> bytes:
    """A question as JSON. Raises InvalidInput for what JSON in UTF-8 cannot say."""
    try:
        return json.dumps(dict(body), ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:  # a UnicodeEncodeError is a ValueError
        reason = "it has half a character" if isinstance(error, UnicodeEncodeError) else str(error)
        raise InvalidInput(
            f"a check cannot be written as JSON: {reason}", "give plain text and numbers"
        ) from None


def usable_token(token: Any) -> str:
    """Raises InvalidInput for what no header can carry, without telling the token."""
    if not isinstance(token, str) or not token:
        raise InvalidInput("there is no token for the check", "give one of audience meridian-check, as text")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise InvalidInput(
            "the token has characters that are in no token, such as a space or the end of a line",
            "strip what a file or a variable added to it",
        )
    return token


def usable_url(url: str) -> httpx.URL:
    """Raises InvalidInput for what is not a whole http or https address."""
    try:
        found = httpx.URL(url)
    except (httpx.InvalidURL, TypeError, ValueError):
        found = httpx.URL("")
    if found.scheme not in ("http", "https") or not found.host:
        raise InvalidInput(
            f"{url!r:.80} is not the address of an edge", "write it whole, such as https://eu.edge.example"
        )
    return found


class _Edge:
    """What both clients do alike: asking one edge, within a time."""

    def __init__(self, edge_url: str, timeout: float, on_failure: OnFailure) -> None:
        if on_failure not in get_args(OnFailure):
            raise InvalidInput(
                f"on_failure is not {on_failure!r:.60}", f"give one of {', '.join(get_args(OnFailure))}"
            )
        number = isinstance(timeout, int | float) and not isinstance(timeout, bool)
        if not number or not math.isfinite(timeout) or timeout <= 0:
            raise InvalidInput(
                f"timeout is a number of seconds above 0, not {timeout!r:.60}", f"give one, such as {TIMEOUT}"
            )
        self.timeout, self.on_failure = timeout, on_failure
        # httpx counts each connect, write and read by itself; here the whole is counted instead.
        self._http = httpx.AsyncClient(
            base_url=usable_url(edge_url), timeout=httpx.Timeout(None), trust_env=False
        )

    async def ask(self, content: bytes, token: Callable[[], Awaitable[str]]) -> Answer:
        try:
            async with asyncio.timeout(self.timeout):
                headers = {HEADER: usable_token(await token()), "content-type": "application/json"}
                answer = await self._http.post(PATH, content=content, headers=headers)
        except TimeoutError:
            return self._failed(f"it timed out after {self.timeout:g} s")
        except httpx.HTTPError as error:
            return self._failed(str(error) or type(error).__name__)
        return self._read(answer)

    async def aclose(self) -> None:
        await self._http.aclose()

    def _read(self, answer: httpx.Response) -> Answer:
        try:
            content = answer.json()
        except ValueError:
            content = {}
        try:
            return read(answer.status_code, content)
        except LimitsUnavailable as error:
            if self.on_failure == "raise":
                raise
            if _not_counted(answer.status_code, content):
                # The edge did answer: the limit's own `on_failure: deny` stands above the caller's "allow".
                return Answer(
                    False,
                    str(content.get("limit") or ""),
                    _seconds(answer.headers.get("retry-after")),
                    (),
                    str(error),
                )
            return self._failed(str(error))

    def _failed(self, trouble: str) -> Answer:
        if self.on_failure == "raise":
            raise LimitsUnavailable(f"no edge said whether a limit allows it: {trouble}", "try again")
        return Answer(self.on_failure == "allow", trouble=trouble)


def _not_counted(status: int, content: Any) -> bool:
    return (
        status == 503
        and isinstance(content, Mapping)
        and str(content.get("type", "")).rpartition("#")[2] in NOT_COUNTED
    )


def _seconds(text: str | None) -> float:
    """Of a Retry-After; 0 where it is a date, or none."""
    return float(text) if text and text.isascii() and text.isdigit() else 0.0


class _Loop:
    """An event loop in a thread of its own: how a caller that waits can wait for no longer than a time, wherever it is spent."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self.process = os.getpid()
        self._thread = Thread(target=self._serve, name="limits-client", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        self._loop.run_forever()
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()  # the caller was interrupted; nobody waits for it any more
            raise

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


def rate_limit(user: str, action: str, given: Given) -> dict[str, Any]:
    return question(action=action, user=user, **given)


def burst(user: str, action: str, given: Given) -> dict[str, Any]:
    return question(action=action, user=user, only="burst", **given)


class LimitsClient:
    """edge_url: the public address of the edge of the region that counts. token: for the audience `meridian-check`, or a function
    that gives one, asked at each check. timeout: seconds for a whole check, without the time in which that function gives the
    token. Keeps connections open; close it, or use it in `with`. Raises InvalidInput for what cannot work."""

    def __init__(
        self,
        edge_url: str,
        token: str | Callable[[], str],
        *,
        timeout: float = TIMEOUT,
        on_failure: OnFailure = "raise",
    ) -> None:
        self._token = token
        self._making = partial(_Edge, edge_url, timeout, on_failure)
        self._edge = self._making()
        self._loop: _Loop | None = None
        self._starting = Lock()

    def check_rate_limit(self, user: str, action: str, **given: Unpack[Given]) -> Answer:
        """Takes one request, or `hits`, from every limit that the action meets; dry_run=True takes nothing."""
        return self.check(rate_limit(user, action, given))

    def check_burst_protection(self, user: str, action: str, **given: Unpack[Given]) -> Answer:
        """Only the limit of rapid actions."""
        return self.check(burst(user, action, given))

    def check_regional_rate_limit(self, region: str, *, hits: int = 1, dry_run: bool = False) -> Answer:
        """Only the limit of a region, for all its users together."""
        return self.check(question(region=region, only="region", hits=hits, dry_run=dry_run))

    def check_ip_rate_limit(self, ip: str, *, hits: int = 1, dry_run: bool = False) -> Answer:
        """Only the limit of a client address (IPv6: of its prefix)."""
        return self.check(question(ip=ip, only="address", hits=hits, dry_run=dry_run))

    def check(self, body: Mapping[str, Any]) -> Answer:
        """Any question, as the check API takes it."""
        content, token = written(body), usable_token(self._token() if callable(self._token) else self._token)

        async def given() -> str:
            return token

        loop = self._running()
        return loop.run(self._edge.ask(content, given))

    def close(self) -> None:
        with self._starting:
            loop, self._loop = self._loop, None
        if loop is not None and loop.process == os.getpid():
            loop.run(self._edge.aclose())
            loop.stop()

    def _running(self) -> _Loop:
        """Begins anew in a process that was forked, where neither the thread nor the connections are ours."""
        with self._starting:
            if self._loop is None or self._loop.process != os.getpid():
                self._edge, self._loop = self._making(), _Loop()
            return self._loop

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncLimitsClient:
    """As LimitsClient, to be awaited. The function that gives a token may be asynchronous too; its time counts."""

    def __init__(
        self,
        edge_url: str,
        token: str | Callable[[], str | Awaitable[str]],
        *,
        timeout: float = TIMEOUT,
        on_failure: OnFailure = "raise",
    ) -> None:
        self._token = token
        self._edge = _Edge(edge_url, timeout, on_failure)

    async def check_rate_limit(self, user: str, action: str, **given: Unpack[Given]) -> Answer:
        """As LimitsClient.check_rate_limit."""
        return await self.check(rate_limit(user, action, given))

    async def check_burst_protection(self, user: str, action: str, **given: Unpack[Given]) -> Answer:
        """As LimitsClient.check_burst_protection."""
        return await self.check(burst(user, action, given))

    async def check_regional_rate_limit(self, region: str, *, hits: int = 1, dry_run: bool = False) -> Answer:
        """As LimitsClient.check_regional_rate_limit."""
        return await self.check(question(region=region, only="region", hits=hits, dry_run=dry_run))

    async def check_ip_rate_limit(self, ip: str, *, hits: int = 1, dry_run: bool = False) -> Answer:
        """As LimitsClient.check_ip_rate_limit."""
        return await self.check(question(ip=ip, only="address", hits=hits, dry_run=dry_run))

    async def check(self, body: Mapping[str, Any]) -> Answer:
        """Any question, as the check API takes it."""
        return await self._edge.ask(written(body), self._current)

    async def _current(self) -> str:
        token = self._token() if callable(self._token) else self._token
        return await token if inspect.isawaitable(token) else token

    async def aclose(self) -> None:
        await self._edge.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
