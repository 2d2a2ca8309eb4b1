"""The page around a report: everything it needs is inside, and its content policy lets nothing else in.

The policy names the one style and the one script by their hashes, so that nothing that slips in through a scenario's title or a
target's error could run, and no request leaves the reader's browser.
"""

import base64
import hashlib
from functools import cache
from importlib.resources import files

from meridian.loadtest.report.markup import Content, Markup, el


@cache
def _file(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8").strip()


@cache
def content_policy() -> str:
    """What the page carries in its head; for whoever serves it, to send it as the header too."""
    style, script = (_hash(_file(name)) for name in ("style.css", "script.js"))
    return (
        f"default-src 'none'; style-src '{style}'; script-src '{script}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def page(title: str, *content: Content) -> str:
    """A whole document."""
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=content_policy()),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="dark light"),
        el("meta", name="referrer", content="no-referrer"),
        el("link", rel="icon", href="data:,"),
        el("title", title),
        el("style", Markup(_file("style.css"))),
    )
    body = el("body", content, el("script", Markup(_file("script.js"))))
    return f"<!doctype html>\n{el('html', head, body, lang='en')}\n"


def _hash(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
