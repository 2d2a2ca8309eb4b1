"""Slack: a message of Block Kit for an incoming webhook.

Bounds from docs.slack.dev/reference/block-kit: header 150 characters, text of a section 3000, 10 fields of 2000, 10 elements of
a context, 50 blocks; &, < and > are written as entities. An incoming webhook answers 200 and "ok", and a few words otherwise.
"""

from typing import Any

from meridian.integrations.notice import Notice
from meridian.integrations.outgoing import Answer, Request, posted
from meridian.integrations.text import clean, cut, facts, headline

HEADER, SECTION, FIELD, FIELDS, URL = 150, 3000, 2000, 10, 3000
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SIGNS = {"acknowledged": "👀", "resolved": "✅", "change": "🔀", "test": "🔔"}
_FIRING = {1: "🔴", 2: "🟠", 3: "🟡", 4: "🔵"}


def request(notice: Notice, webhook: str) -> Request:
    return posted(webhook, message(notice))


def understood(answer: Answer) -> bool:
    return answer.body.strip() == "ok"


def message(notice: Notice) -> dict[str, Any]:
    """text: what notifications show, and screen readers read."""
    title = f"{_SIGNS.get(notice.status) or _FIRING[notice.severity]} {headline(notice)}"
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": cut(title, HEADER), "emoji": True}}
    ]
    if notice.sentence:
        blocks.append(_section(escaped(notice.sentence, SECTION)))
    if notice.cause:
        blocks.append(_section("*Cause:* " + escaped(notice.cause, SECTION - 16)))
    shown = [f"*{escaped(name, 80)}*\n{escaped(value, FIELD - 200)}" for name, value in facts(notice)]
    if shown:
        blocks.append({"type": "section", "fields": [_markdown(each) for each in shown[:FIELDS]]})
    if links := [(notice.link, "Incident"), (notice.runbook, "Runbook")]:
        line = " · ".join(link for url, words in links if (link := _link(url, words)))
        blocks += [{"type": "context", "elements": [_markdown(line)]}] if line else []
    return {"text": escaped(f"{headline(notice)}. {notice.sentence}", SECTION), "blocks": blocks}


def escaped(text: str, most: int) -> str:
    """At most so many characters once it is escaped, none of them half an entity."""
    whole = "".join(_ENTITIES.get(c, c) for c in clean(text))
    if len(whole) <= most:
        return whole
    made, length = [], 0
    for c in clean(text):
        piece = _ENTITIES.get(c, c)
        if length + len(piece) > most - 1:
            break
        made.append(piece)
        length += len(piece)
    return "".join(made) + "…"


def _link(url: str, words: str) -> str:
    """A link in mrkdwn; nothing where the URL would break out of it or is too long."""
    if not url or any(c in url for c in "|<> \n\t") or len(url) > URL // 2:
        return ""
    return f"<{url.replace('&', '&amp;')}|{words}>"


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _markdown(text)}


def _markdown(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}
