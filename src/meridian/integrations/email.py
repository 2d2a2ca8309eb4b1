"""Mail about an incident: plain text and HTML of the same words, in one thread for each incident.

RFC 5322 (headers, threading by References), 2046 (multipart/alternative), 3834 (Auto-Submitted, so that nobody's out-of-office
answers). Every mail about one incident refers to the same root, which itself is never sent: clients show them together, whichever
of them arrived.
"""

import hashlib
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from meridian.integrations.notice import Notice
from meridian.integrations.text import clean, cut, facts, headline, one_line

SUBJECT, SENTENCE, FACTS, FACT = 200, 4000, 30, 500
_COLOURS = {1: "#b42318", 2: "#b54708", 3: "#7a5b00", 4: "#175cd3"}
_CALM = "#1a7f37"


def message(notice: Notice, *, delivery: str, sender: str, to: Sequence[str]) -> EmailMessage:
    """delivery: the same when it is sent again, and with it the Message-ID."""
    domain = sender.rpartition("@")[2]
    made = EmailMessage(policy=SMTP)
    made["From"] = f"Meridian <{sender}>"
    made["To"] = ", ".join(to)
    made["Subject"] = cut(headline(notice), SUBJECT)
    made["Date"] = format_datetime(notice.at)
    made["Message-ID"] = f"<{delivery}@{domain}>"
    root = f"<incident.{hashlib.sha256(notice.key.encode('utf-8', 'replace')).hexdigest()[:32]}@{domain}>"
    made["In-Reply-To"] = root
    made["References"] = root
    made["Auto-Submitted"] = "auto-generated"
    made["X-Auto-Response-Suppress"] = "All"
    if notice.status == "firing" and notice.severity == 1:
        made["Importance"] = "high"
    made.set_content(plain(notice), cte="quoted-printable")
    made.add_alternative(html(notice), subtype="html", cte="quoted-printable")
    return made


def plain(notice: Notice) -> str:
    lines = [headline(notice), "", _prose(notice.sentence)]
    if notice.cause:
        lines.append(f"Cause: {_prose(notice.cause)}")
    lines += ["", *(f"{name}: {value}" for name, value in _facts(notice)), ""]
    lines += [f"{words}: {url}" for words, url in _links(notice)]
    return "\n".join(lines).rstrip() + "\n"


def html(notice: Notice) -> str:
    """Nothing is loaded from anywhere, and it is readable without styles."""
    colour = _COLOURS[notice.severity] if notice.status == "firing" else _CALM
    rows = "".join(
        f'<tr><th align="left" style="padding:2px 16px 2px 0">{escape(name)}</th><td>{escape(value)}</td></tr>'
        for name, value in _facts(notice)
    )
    cause = f"<p><b>Cause:</b> {escape(_prose(notice.cause))}</p>" if notice.cause else ""
    links = " &middot; ".join(f'<a href="{escape(url)}">{words}</a>' for words, url in _links(notice))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(headline(notice))}</title></head>'
        '<body style="font-family:system-ui,sans-serif;font-size:15px;line-height:1.5">'
        f'<h1 style="font-size:19px;border-left:6px solid {colour};padding-left:10px">{escape(headline(notice))}</h1>'
        f"<p>{escape(_prose(notice.sentence))}</p>{cause}<table>{rows}</table><p>{links}</p></body></html>\n"
    )


def _prose(text: str) -> str:
    return cut(clean(text), SENTENCE)


def _facts(notice: Notice) -> list[tuple[str, str]]:
    return [(cut(name, FACT), cut(value, FACT)) for name, value in facts(notice)[:FACTS]]


def _links(notice: Notice) -> list[tuple[str, str]]:
    """Only to web pages."""
    links = (("Incident", one_line(notice.link)), ("Runbook", one_line(notice.runbook)))
    return [(words, url) for words, url in links if url.startswith(("https://", "http://"))]
