"""Asking an edge about limits, for programs that are not behind it. What they take comes out of the gateway's own buckets.

    limits = LimitsClient("https://eu.edge.example", token=read_token)
    answer = limits.check_rate_limit("u1", "chat", tier="premium")
    if not answer:
        refuse(answer.retry_after)

An edge that does not answer in time is what `on_failure` says: "raise" (LimitsUnavailable), "allow" or "deny". A mistake in the
question (InvalidInput) or in the token (Unauthenticated) is always raised.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Self

import httpx

from meridian.core.errors import InvalidInput, Unauthenticated, Unavailable

PATH = "/infrastructure/rate-limit/check"
HEADER = "meridian-check"
TIMEOUT = 0.25
"""Seconds for a whole check."""
OnFailure = Literal["raise", "allow", "deny"]


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


def question(**fields: Any) -> dict[str, Any]:
    """The body of a check: what is not given is left out. Raises InvalidInput when it asks about nothing."""
    body = {name: value for name, value in fields.items() if value not in (None, "", False)}
    if not body.keys() & {"action", "user", "ip", "country", "region"}:
        raise InvalidInput(
            "a check asks about nobody", "give at least one of action, user, ip, country and region"
        )
    return body


def read(status: int, content: Any) -> Answer:
    """An edge's answer. Raises InvalidInput, Unauthenticated, or LimitsUnavailable for what is none."""
    detail = str(content.get("detail", "")).rstrip(".") if isinstance(content, Mapping) else ""
    if status == 401:
        raise Unauthenticated(
            detail or "the token may not check limits", "ask for one of audience meridian-check"
        )
    if status == 400:
        raise InvalidInput(detail or "the edge does not understand the check")
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


@dataclass(frozen=True, slots=True)
class _Rules:
    """What both clients do alike."""

    on_failure: OnFailure

    def read(self, answer: httpx.Response) -> Answer:
        try:
            content = answer.json()
        except ValueError:
            content = {}
        try:
            return read(answer.status_code, content)
        except LimitsUnavailable as error:
            return self.failed(error)

    def failed(self, error: Exception) -> Answer:
        trouble = str(error) or type(error).__name__
        if self.on_failure == "raise":
            if isinstance(error, LimitsUnavailable):
                raise error
            raise LimitsUnavailable(
                f"no edge said whether a limit allows it: {trouble}", "try again"
            ) from error
        return Answer(self.on_failure == "allow", trouble=trouble)


def rate_limit(user: str, action: str, given: Mapping[str, Any]) -> dict[str, Any]:
    return question(action=action, user=user, **given)


def burst(user: str, action: str, given: Mapping[str, Any]) -> dict[str, Any]:
    return question(action=action, user=user, only="burst", **given)


def regional(region: str, given: Mapping[str, Any]) -> dict[str, Any]:
    return question(region=region, only="region", **given)


def address(ip: str, given: Mapping[str, Any]) -> dict[str, Any]:
    return question(ip=ip, only="address", **given)


class LimitsClient:
    """edge_url: the public address of the edge of the region that counts. token: for the audience `meridian-check`, or a function
    that gives one, asked at each check. timeout: seconds. Keeps connections open; close it, or use it in `with`."""

    def __init__(
        self,
        edge_url: str,
        token: str | Callable[[], str],
        *,
        timeout: float = TIMEOUT,
        on_failure: OnFailure = "raise",
    ) -> None:
        self._token = token
        self._rules = _Rules(on_failure)
        self._http = httpx.Client(base_url=edge_url, timeout=timeout, trust_env=False)

    def check_rate_limit(self, user: str, action: str, **given: Any) -> Answer:
        """Takes one request, or `hits`, from every limit that the action meets. given: tier, risk, ip, country, region, hits;
        dry_run=True takes nothing."""
        return self.check(rate_limit(user, action, given))

    def check_burst_protection(self, user: str, action: str, **given: Any) -> Answer:
        """Only the limit of rapid actions."""
        return self.check(burst(user, action, given))

    def check_regional_rate_limit(self, region: str, **given: Any) -> Answer:
        """Only the limit of a region, for all its users together."""
        return self.check(regional(region, given))

    def check_ip_rate_limit(self, ip: str, **given: Any) -> Answer:
        """Only the limit of a client address (IPv6: of its prefix)."""
        return self.check(address(ip, given))

    def check(self, body: Mapping[str, Any]) -> Answer:
        """Any question, as the check API takes it."""
        token = self._token() if callable(self._token) else self._token
        try:
            answer = self._http.post(PATH, json=dict(body), headers={HEADER: token})
        except httpx.HTTPError as error:
            return self._rules.failed(error)
        return self._rules.read(answer)

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncLimitsClient:
    """As LimitsClient, to be awaited. The function that gives a token may be asynchronous too."""

    def __init__(
        self,
        edge_url: str,
        token: str | Callable[[], str | Awaitable[str]],
        *,
        timeout: float = TIMEOUT,
        on_failure: OnFailure = "raise",
    ) -> None:
        self._token = token
        self._rules = _Rules(on_failure)
        self._http = httpx.AsyncClient(base_url=edge_url, timeout=timeout, trust_env=False)

    async def check_rate_limit(self, user: str, action: str, **given: Any) -> Answer:
        """As LimitsClient.check_rate_limit."""
        return await self.check(rate_limit(user, action, given))

    async def check_burst_protection(self, user: str, action: str, **given: Any) -> Answer:
        """As LimitsClient.check_burst_protection."""
        return await self.check(burst(user, action, given))

    async def check_regional_rate_limit(self, region: str, **given: Any) -> Answer:
        """As LimitsClient.check_regional_rate_limit."""
        return await self.check(regional(region, given))

    async def check_ip_rate_limit(self, ip: str, **given: Any) -> Answer:
        """As LimitsClient.check_ip_rate_limit."""
        return await self.check(address(ip, given))

    async def check(self, body: Mapping[str, Any]) -> Answer:
        """Any question, as the check API takes it."""
        try:
            answer = await self._http.post(PATH, json=dict(body), headers={HEADER: await self._current()})
        except httpx.HTTPError as error:
            return self._rules.failed(error)
        return self._rules.read(answer)

    async def _current(self) -> str:
        token = self._token() if callable(self._token) else self._token
        return await token if inspect.isawaitable(token) else token

    async def aclose(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
