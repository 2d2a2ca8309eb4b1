"""HTML and SVG from Python values, in which nothing can be forgotten to be escaped: whatever is not markup already is text.

A report shows names and messages that others wrote: a scenario's title, a target's error. So text is the default, and
markup is a type of its own that only this module makes.
"""

import json
import re
from collections.abc import Iterable
from html import escape
from typing import Any

_VOID = frozenset({"meta", "br", "col", "link"})
_UNREADABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""Control characters, marks that turn the direction of what follows, and what has no encoding."""


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Content = str | Iterable["Content"] | None
"""What an element may have inside. A str that is no Markup is escaped; None is nothing."""
Attribute = str | float | bool | None


def text(content: Content) -> Markup:
    """As HTML."""
    if content is None:
        return Markup("")
    if isinstance(content, Markup):
        return content
    if isinstance(content, str):
        return Markup(escape(_UNREADABLE.sub("\ufffd", content)))
    return Markup("".join(text(each) for each in content))


def el(tag: str, /, *content: Content, **attributes: Attribute) -> Markup:
    """An element. Attributes: `class_` is class, `data_x` is data-x; None and False are left out, True stands alone;
    numbers are written with at most two decimals."""
    head = tag + "".join(_attribute(key, value) for key, value in attributes.items())
    if tag in _VOID:
        return Markup(f"<{head}>")
    return Markup(f"<{head}>{text(content)}</{tag}>")


def figures(values: Any) -> Markup:
    """A block of JSON that the page's script reads; no text in it can end the block."""
    raw = json.dumps(values, separators=(",", ":"), ensure_ascii=True).replace("<", "\\u003c")
    return Markup(f'<script type="application/json">{raw}</script>')


def short(value: float) -> str:
    """A coordinate, with at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"


def _attribute(key: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    if value is True:
        return f" {name}"
    written = text(value) if isinstance(value, str) else short(value)
    return f' {name}="{written}"'
