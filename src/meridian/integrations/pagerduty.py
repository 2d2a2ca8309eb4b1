"""PagerDuty: events of its Events API v2, and its change events.

From developer.pagerduty.com/docs/events-api-v2: `dedup_key` has at most 255 characters, `payload.summary` at most 1024, a
request at most 512 KB; 202 means taken, 429 and 5xx are to be tried again, 400 is not. After a resolve, a further one with its
key is dropped, so sending one twice does no harm.
"""

import hashlib
from typing import Any

from meridian.integrations.notice import Notice
from meridian.integrations.outgoing import Answer, Request, parsed, posted
from meridian.integrations.text import PRIORITY, clean, cut, facts, headline, one_line

KEY, SUMMARY, DETAIL, DETAILS = 255, 1024, 2000, 50
_ACTIONS = {"firing": "trigger", "acknowledged": "acknowledge", "resolved": "resolve", "test": "trigger"}


def request(notice: Notice, routing_key: str, url: str) -> Request:
    """url: of the API, without a path."""
    if notice.status == "change":
        return posted(f"{url}/v2/change/enqueue", change(notice, routing_key))
    return posted(f"{url}/v2/enqueue", event(notice, routing_key))


def understood(answer: Answer) -> bool:
    return answer.status == 202 and parsed(answer).get("status") == "success"


def event(notice: Notice, routing_key: str) -> dict[str, Any]:
    about = {
        "routing_key": routing_key,
        "event_action": _ACTIONS[notice.status],
        "dedup_key": dedup_key(notice.key),
    }
    if about["event_action"] != "trigger":
        return about
    payload = {
        "summary": cut(f"{headline(notice)}. {one_line(notice.sentence)}", SUMMARY),
        "source": cut(one_line(notice.subject), SUMMARY) or "meridian",
        "severity": "info" if notice.status == "test" else PRIORITY[notice.severity],
        "timestamp": notice.at.isoformat(),
        "group": "meridian",
        "class": f"SEV-{notice.severity}",
        "custom_details": _details(notice),
    }
    client = {"client": "Meridian", **({"client_url": notice.link} if notice.link else {})}
    return {**about, **client, "payload": payload, "links": _links(notice)}


def change(notice: Notice, routing_key: str) -> dict[str, Any]:
    payload = {
        "summary": cut(f"{headline(notice)}. {one_line(notice.sentence)}", SUMMARY),
        "source": cut(one_line(notice.subject), SUMMARY) or "meridian",
        "timestamp": notice.at.isoformat(),
        "custom_details": _details(notice),
    }
    return {"routing_key": routing_key, "payload": payload, "links": _links(notice)}


def dedup_key(key: str) -> str:
    """The same for the same incident, always; a long one is cut and told apart by its hash."""
    if len(key) <= KEY:
        return key
    digest = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
    return f"{key[: KEY - len(digest) - 1]}-{digest}"


def _details(notice: Notice) -> dict[str, str]:
    known = [("Sentence", clean(notice.sentence)), ("Cause", clean(notice.cause)), *facts(notice)]
    return {cut(name, 200): cut(value, DETAIL) for name, value in known[:DETAILS] if value}


def _links(notice: Notice) -> list[dict[str, str]]:
    links = ((notice.link, "Incident"), (notice.runbook, "Runbook"))
    return [{"href": url, "text": words} for url, words in links if url]
