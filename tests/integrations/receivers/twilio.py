"""Twilio's Messages API, by twilio.com/docs/messaging/api/message-resource: its form, its login, its answers."""

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from tests.integrations.receivers.http import HttpReceiver

NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass
class TwilioReceiver(HttpReceiver):
    """taken: forms, in order. unreachable: numbers that cannot get messages."""

    account: str = "AC0123456789abcdef0123456789abcdef"
    token: str = "a-secret-of-twilio"
    taken: list[dict[str, str]] = field(default_factory=list)
    unreachable: set[str] = field(default_factory=set)

    def take(self, path: str, headers: dict[str, str], body: bytes) -> tuple[Sequence[str], int, str]:
        login = base64.b64encode(f"{self.account}:{self.token}".encode()).decode()
        if headers.get("authorization") != f"Basic {login}":
            return ["twilio: 20003 authenticate"], 401, ""
        if path != f"/2010-04-01/Accounts/{self.account}/Messages.json":
            return [f"twilio: 20404 there is nothing at {path}"], 404, ""
        if headers.get("content-type") != "application/x-www-form-urlencoded":
            return ["twilio: it is not a form"], 415, ""
        pairs = parse_qsl(body.decode(), strict_parsing=True, keep_blank_values=True)
        form = dict(pairs)
        problems = []
        if len(form) != len(pairs) or form.keys() - {"To", "From", "MessagingServiceSid", "Body"}:
            problems.append(f"twilio: unknown or repeated fields {sorted(form)}")
        if not NUMBER.fullmatch(form.get("To", "")):
            problems.append("twilio: 21211 invalid To")
        if ("From" in form) == ("MessagingServiceSid" in form):
            problems.append("twilio: 21603 From or MessagingServiceSid is required")
        if not form.get("Body"):
            problems.append("twilio: 21602 Body is required")
        if len(form.get("Body", "")) > 1600:
            problems.append("twilio: 21617 the Body has more than 1600 characters")
        if problems:
            return problems, 400, ""
        if form["To"] in self.unreachable:
            return (), 400, json.dumps({"code": 21610, "message": "unsubscribed recipient", "status": 400})
        self.taken.append(form)
        return (
            (),
            201,
            json.dumps({"sid": f"SM{len(self.taken):032x}", "status": "queued", "error_code": None}),
        )
