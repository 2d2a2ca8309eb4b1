"""Sends one notice on one channel, and says how that went. Never raises: whatever happens is an outcome."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from meridian.alerts.channels import Channel, Email, Secret, Sms, is_loopback
from meridian.alerts.deliveries.backoff import retry_after
from meridian.alerts.deliveries.http import Unreached, post
from meridian.alerts.deliveries.secrets import Secrets, hidden
from meridian.alerts.deliveries.smtp import hand_over
from meridian.core.errors import Unavailable
from meridian.integrations import email, pagerduty, slack, sms, webhook
from meridian.integrations.notice import Notice
from meridian.integrations.outgoing import CUT, Answer, Outcome, Request, judged

TIMEOUT = 10.0
Reveal = Callable[[Secret], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Sender:
    """timeout: seconds that one sending may take."""

    secrets: Secrets = field(default_factory=Secrets)
    timeout: float = TIMEOUT

    async def send(
        self, channel: Channel, notice: Notice, *, delivery: str, reached: Sequence[str], now: datetime
    ) -> Outcome:
        """delivery: its id, the same each time. reached: recipients who have it already."""
        known: list[str] = []

        async def reveal(secret: Secret) -> str:
            known.append(await asyncio.to_thread(self.secrets.reveal, secret))
            return known[-1]

        try:
            outcome = await self._send(channel, notice, delivery, reached, now, reveal)
        except Unavailable as error:
            outcome = Outcome("again", str(error))
        except Exception as error:  # noqa: BLE001 - one notice that cannot be put into words must not stop the others
            outcome = Outcome("refused", f"it cannot be sent: {type(error).__name__}: {error}")
        return replace(outcome, said=hidden(outcome.said, known))

    async def _send(
        self,
        channel: Channel,
        notice: Notice,
        delivery: str,
        reached: Sequence[str],
        now: datetime,
        reveal: Reveal,
    ) -> Outcome:
        if channel.slack:
            address = _checked(await reveal(channel.slack.webhook))
            return await self._post(slack.request(notice, address), slack.understood, now)
        if channel.pagerduty:
            key = await reveal(channel.pagerduty.routing_key)
            made = pagerduty.request(notice, key, channel.pagerduty.url)
            return await self._post(made, pagerduty.understood, now)
        if channel.webhook:
            secret = await reveal(channel.webhook.secret)
            made = webhook.request(notice, delivery=delivery, now=now, secret=secret, url=channel.webhook.url)
            return await self._post(made, webhook.understood, now)
        if channel.email:
            return await self._mail(channel.email, notice, delivery, reached, reveal)
        if channel.sms:
            return await self._texts(channel.sms, notice, reached, now, reveal)
        raise AssertionError("a channel has a kind")

    async def _post(self, request: Request, understood: Callable[[Answer], bool], now: datetime) -> Outcome:
        try:
            answer = await post(request, self.timeout)
        except Unreached as error:
            return Outcome("again", str(error))
        return judged(answer, understood, retry_after(answer.headers.get("retry-after", ""), now))

    async def _mail(
        self, settings: Email, notice: Notice, delivery: str, reached: Sequence[str], reveal: Reveal
    ) -> Outcome:
        password = await reveal(settings.password) if settings.password else ""
        left = [each for each in settings.to if each not in reached]
        if not left:
            return Outcome("sent", "every recipient has it")
        mail = email.message(notice, delivery=delivery, sender=settings.sender, to=settings.to)
        return await hand_over(mail, settings, password, left, self.timeout)

    async def _texts(
        self, settings: Sms, notice: Notice, reached: Sequence[str], now: datetime, reveal: Reveal
    ) -> Outcome:
        """To each number at the same time."""
        token = await reveal(settings.token)
        left = [each for each in settings.to if each not in reached]
        requests = [
            sms.request(
                notice, to=to, sender=settings.sender, account=settings.account, token=token, url=settings.url
            )
            for to in left
        ]
        outcomes = await asyncio.gather(*(self._post(each, sms.understood, now) for each in requests))
        return together(dict(zip(left, outcomes, strict=True)))


def together(outcomes: Mapping[str, Outcome]) -> Outcome:
    """Of several recipients. Those who have it are not told again; while one may still be reached, it is not over."""
    reached = tuple(who for who, each in outcomes.items() if each.result == "sent")
    open_ones = {who: each for who, each in outcomes.items() if each.result != "sent"}
    if not open_ones:
        return Outcome(
            "sent", next((each.said for each in outcomes.values()), "every recipient has it"), reached=reached
        )
    said = "; ".join(f"{who[:4]}…{who[-2:]}: {each.said}" for who, each in open_ones.items())
    result: Literal["again", "refused"] = (
        "again" if any(each.result == "again" for each in open_ones.values()) else "refused"
    )
    waits = [each.wait for each in open_ones.values() if each.wait]
    return Outcome(result, said[: 2 * CUT], max(waits, default=None), reached)


def _checked(address: str) -> str:
    """A secret address: as settings are, but without repeating it in a message."""
    parts = urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        return address
    raise Unavailable(
        "the address of the webhook does not begin with https://", "correct what the secret holds"
    )
