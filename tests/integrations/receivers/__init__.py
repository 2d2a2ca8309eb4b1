"""Slack, PagerDuty, Twilio, a mail server and a webhook, on this machine: they take what the real ones take, refuse what those
refuse by their published rules, and can be told to misbehave. They live in a thread of their own, for tests of either kind.

    with receiving() as there:
        channels = there.channels(tmp_path)   # for `alerts.channels`
        there.slack.script.append("error")    # the next message meets a 500
        ...
        assert there.pagerduty.taken and not there.problems
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.integrations.receivers.http import HttpReceiver
from tests.integrations.receivers.mail import MailReceiver
from tests.integrations.receivers.pagerduty import PagerDutyReceiver
from tests.integrations.receivers.slack import SlackReceiver
from tests.integrations.receivers.twilio import TwilioReceiver
from tests.integrations.receivers.webhook import WebhookReceiver


@dataclass
class Receivers:
    slack: SlackReceiver = field(default_factory=SlackReceiver)
    pagerduty: PagerDutyReceiver = field(default_factory=PagerDutyReceiver)
    twilio: TwilioReceiver = field(default_factory=TwilioReceiver)
    webhook: WebhookReceiver = field(default_factory=WebhookReceiver)
    mail: MailReceiver = field(default_factory=MailReceiver)

    @property
    def http(self) -> tuple[HttpReceiver, ...]:
        return (self.slack, self.pagerduty, self.twilio, self.webhook)

    @property
    def problems(self) -> list[str]:
        """What was against the published rules."""
        return [problem for each in self.http for problem in each.problems] + self.mail.problems

    def channels(self, folder: Path) -> dict[str, Any]:
        """Settings of a channel of each kind, whose secrets are files in this folder."""
        folder.mkdir(parents=True, exist_ok=True)
        secrets = {
            "slack": f"{self.slack.url}{self.slack.path}",
            "pagerduty": self.pagerduty.key,
            "twilio": self.twilio.token,
            "webhook": self.webhook.secret,
        }
        for name, secret in secrets.items():
            (folder / name).write_text(secret + "\n")
        return {
            "chat": {"slack": {"webhook": {"file": str(folder / "slack")}}},
            "pager": {
                "pagerduty": {"routing_key": {"file": str(folder / "pagerduty")}, "url": self.pagerduty.url}
            },
            "mail": {
                "email": {
                    "host": "127.0.0.1",
                    "port": self.mail.port,
                    "security": "none",
                    "from": "meridian@example.com",
                    "to": ["ops@example.com"],
                }
            },
            "text": {
                "sms": {
                    "account": self.twilio.account,
                    "token": {"file": str(folder / "twilio")},
                    "from": "+15005550006",
                    "to": ["+4915112345678"],
                    "url": self.twilio.url,
                }
            },
            "hook": {
                "webhook": {
                    "url": f"{self.webhook.url}{self.webhook.path}",
                    "secret": {"file": str(folder / "webhook")},
                }
            },
        }


@contextmanager
def receiving() -> Iterator[Receivers]:
    """All of them, listening on free ports."""
    loop, there = asyncio.new_event_loop(), Receivers()
    thread = threading.Thread(target=loop.run_forever, name="receivers")
    thread.start()

    def wait(work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, loop).result(10)

    everyone: tuple[HttpReceiver | MailReceiver, ...] = (*there.http, there.mail)
    try:
        for each in everyone:
            wait(each.start())
        yield there
    finally:
        for each in everyone:
            wait(each.stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
