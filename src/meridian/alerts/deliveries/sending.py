"""Sends one notice on one channel, and says how that went. Never raises: whatever happens is an outcome."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from meridian.alerts.channels import Channel, Email, Secret, Sms, is_loopback
from meridian.alerts.deliveries.backoff import retry_after
from meridian.alerts.deliveries.http import Unreached, post
from meridian.alerts.deliveries.secrets import Secrets, forms, hidden
from meridian.alerts.deliveries.smtp import hand_over
from meridian.core.errors import Unavailable
from meridian.integrations import email, pagerduty, slack, sms, webhook
from meridian.integrations.notice import Notice
from meridian.integrations.outgoing import CUT, Answer, Outcome, Request, judged

TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class Sender:
    """timeout: seconds that one sending may take."""

    secrets: Secrets = field(default_factory=Secrets)
    timeout: float = TIMEOUT

    async def send(
        self, channel: Channel, notice: Notice, *, delivery: str, reached: Sequence[str], now: datetime
    ) -> Outcome:
        """delivery: its id, the same each time. reached: recipients who have it already."""
        told = _Told(self.secrets)
        try:
            outcome = await self._send(channel, notice, delivery, reached, now, told)
        except Unavailable as error:
            outcome = Outcome("again", str(error))
        except Exception as error:  # noqa: BLE001 - one notice that cannot be put into words must not stop the others
            outcome = Outcome("refused", f"it cannot be sent: {type(error).__name__}: {error}")
        return replace(outcome, said=told.hide(outcome.said))

    async def _send(
        self,
        channel: Channel,
        notice: Notice,
        delivery: str,
        reached: Sequence[str],
        now: datetime,
        told: "_Told",
    ) -> Outcome:
        if channel.slack:
            address = _checked(await told.reveal(channel.slack.webhook))
            return await self._post(slack.request(notice, address), slack.understood, now, told)
        if channel.pagerduty:
            key = await told.reveal(channel.pagerduty.routing_key)
            made = pagerduty.request(notice, key, channel.pagerduty.url)
            return await self._post(made, pagerduty.understood, now, told)
        if channel.webhook:
            secret = await told.reveal(channel.webhook.secret)
            made = webhook.request(notice, delivery=delivery, now=now, secret=secret, url=channel.webhook.url)
            return await self._post(made, webhook.understood, now, told)
        if channel.email:
            return await self._mail(channel.email, notice, delivery, reached, told)
        if channel.sms:
            return await self._texts(channel.sms, notice, reached, now, told)
        raise AssertionError("a channel has a kind")

    async def _post(
        self, request: Request, understood: Callable[[Answer], bool], now: datetime, told: "_Told"
    ) -> Outcome:
        try:
            answer = await post(request, self.timeout)
        except Unreached as error:
            return Outcome("again", str(error))
        plain = replace(answer, body=told.hide(answer.body))
        return judged(plain, understood, retry_after(answer.headers.get("retry-after", ""), now))

    async def _mail(
        self, settings: Email, notice: Notice, delivery: str, reached: Sequence[str], told: "_Told"
    ) -> Outcome:
        password = await told.reveal(settings.password, settings.user) if settings.password else ""
        left = [each for each in settings.to if each not in reached]
        if not left:
            return Outcome("sent", "every recipient has it")
        mail = email.message(notice, delivery=delivery, sender=settings.sender, to=settings.to)
        return await hand_over(mail, settings, password, left, self.timeout, told.hide)

    async def _texts(
        self, settings: Sms, notice: Notice, reached: Sequence[str], now: datetime, told: "_Told"
    ) -> Outcome:
        """To each number at the same time."""
        token = await told.reveal(settings.token, settings.account)
        left = [each for each in settings.to if each not in reached]
        requests = [
            sms.request(
                notice, to=to, sender=settings.sender, account=settings.account, token=token, url=settings.url
            )
            for to in left
        ]
        outcomes = await asyncio.gather(*(self._post(each, sms.understood, now, told) for each in requests))
        return together(dict(zip(left, outcomes, strict=True)))


@dataclass(slots=True)
class _Told:
    """The secrets that one sending was told, so that nothing which is kept of it repeats them."""

    secrets: Secrets
    _known: set[str] = field(default_factory=set)

    async def reveal(self, secret: Secret, *users: str) -> str:
        found = await asyncio.to_thread(self.secrets.reveal, secret)
        self._known |= forms(found, *users)
        return found

    def hide(self, text: str) -> str:
        return hidden(text, self._known)


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
