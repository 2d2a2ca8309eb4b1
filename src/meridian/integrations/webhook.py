"""A server of the operator's own: JSON, signed as Standard Webhooks (standardwebhooks.com) says, for which there are libraries.

The signature covers the delivery's id, the time of sending and the body. A receiver refuses what is older than some minutes,
and takes each id once: so nothing that was recorded can be played back.
"""

import base64
import binascii
import hashlib
import hmac
from datetime import datetime
from typing import Any

from meridian.integrations.notice import Notice, to_json
from meridian.integrations.outgoing import Answer, Request, posted

PREFIX = "whsec_"


def request(notice: Notice, *, delivery: str, now: datetime, secret: str, url: str) -> Request:
    """delivery: the same when it is sent again. now: of this sending."""
    unsigned = posted(url, body(notice, delivery))
    moment = str(int(now.timestamp()))
    headers = {
        **unsigned.headers,
        "webhook-id": delivery,
        "webhook-timestamp": moment,
        "webhook-signature": signature(secret, delivery, moment, unsigned.body),
    }
    return Request(url, headers, unsigned.body)


def understood(answer: Answer) -> bool:
    """Any 2xx is: the body is the receiver's own."""
    return True


def body(notice: Notice, delivery: str) -> dict[str, Any]:
    """type, timestamp and data are the form that Standard Webhooks recommends."""
    return {
        "type": f"incident.{notice.status}",
        "timestamp": notice.at.isoformat(),
        "data": {"delivery": delivery, **to_json(notice)},
    }


def signature(secret: str, delivery: str, moment: str, body: bytes) -> str:
    """moment: seconds since 1970, as text."""
    signed = b".".join((delivery.encode(), moment.encode(), body))
    return "v1," + base64.b64encode(hmac.new(_key(secret), signed, hashlib.sha256).digest()).decode()


def _key(secret: str) -> bytes:
    """What stands behind `whsec_` is base64; any other secret counts as it is."""
    if secret.startswith(PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except binascii.Error:
            pass
    return secret.encode()
