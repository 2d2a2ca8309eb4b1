"""A server of an operator's own, which verifies as docs/channels.md shows."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.integrations.receivers.http import HttpReceiver


@dataclass
class WebhookReceiver(HttpReceiver):
    """taken: bodies, each delivery once. again: deliveries that came once more. clock: seconds since 1970; None takes
    any time."""

    path: str = "/alerts"
    secret: str = "whsec_" + base64.b64encode(b"a secret of the webhook").decode()
    taken: list[dict[str, Any]] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    clock: Callable[[], float] | None = None
    _known: set[str] = field(default_factory=set)

    def take(self, path: str, headers: dict[str, str], body: bytes) -> tuple[Sequence[str], int, str]:
        id, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        expected = base64.b64encode(hmac.new(key, f"{id}.{moment}.".encode() + body, hashlib.sha256).digest())
        given = headers.get("webhook-signature", "").split(" ")
        if not any(hmac.compare_digest(each.encode(), b"v1," + expected) for each in given):
            return ["webhook: the signature is wrong"], 401, ""
        if self.clock is not None and abs(self.clock() - int(moment)) > 300:
            return ["webhook: it was signed at another time"], 401, ""
        if path != self.path:
            return ["webhook: it came to another path"], 404, ""
        if id in self._known:
            self.again.append(id)
            return (), 200, "had it"
        self._known.add(id)
        content = json.loads(body)
        if not {"type", "timestamp", "data"} <= content.keys():
            return ["webhook: type, timestamp and data belong there"], 400, ""
        self.taken.append(content)
        return (), 204, ""
