"""Text messages through Twilio's Messages API, or what answers like it.

From twilio.com/docs/messaging/api/message-resource: a form with To, From (or MessagingServiceSid) and Body, at most 1600
characters; basic authorization with the account and its token; 201 and a JSON object with the message's `sid` when it was taken.
"""

import base64
from urllib.parse import urlencode

from meridian.integrations.notice import Notice
from meridian.integrations.outgoing import Answer, Request, parsed
from meridian.integrations.text import headline, lasted, one_line

BODY = 459
"""Characters: three segments of GSM-7. More would be cut on the way by some carriers, and costs."""


def request(notice: Notice, *, to: str, sender: str, account: str, token: str, url: str) -> Request:
    """url: of the API, without a path."""
    origin = (
        {"MessagingServiceSid": sender} if len(sender) == 34 and sender.startswith("MG") else {"From": sender}
    )
    form = urlencode({"To": to, **origin, "Body": text(notice)})
    login = base64.b64encode(f"{account}:{token}".encode()).decode()
    headers = {"content-type": "application/x-www-form-urlencoded", "authorization": f"Basic {login}"}
    return Request(f"{url}/2010-04-01/Accounts/{account}/Messages.json", headers, form.encode())


def understood(answer: Answer) -> bool:
    return answer.status == 201 and bool(parsed(answer).get("sid"))


def text(notice: Notice) -> str:
    """What is the case first, then where more is said; the link is left out rather than cut."""
    after = f" It lasted {lasted(notice)}." if notice.resolved else ""
    said = _plain(f"{headline(notice)}. {one_line(notice.sentence)}{after}")
    link = _plain(notice.link)
    room = BODY - len(link) - 1 if link and len(link) <= BODY // 2 else BODY
    shown = said if len(said) <= room else said[: room - 3].rstrip() + "..."
    return f"{shown} {link}" if room < BODY else shown


def _plain(text: str) -> str:
    """Without the few typographic characters of our own sentences that would more than double the number of segments."""
    return text.translate({ord("…"): "...", ord("–"): "-", ord("—"): "-", ord("\N{NO-BREAK SPACE}"): " "})
