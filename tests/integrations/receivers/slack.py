"""Slack's incoming webhook, by docs.slack.dev/reference/block-kit: which blocks there are and how long their texts may be."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.integrations.receivers.http import HttpReceiver

BLOCKS = {"header", "section", "context", "divider", "actions", "image", "rich_text"}
LOOSE = re.compile(r"&(?!amp;|lt;|gt;)|<(?!https?://|mailto:|[#@!])")


@dataclass
class SlackReceiver(HttpReceiver):
    path: str = "/services/T0001/B0001/a-secret-of-slack"
    taken: list[dict[str, Any]] = field(default_factory=list)

    def take(self, path: str, headers: dict[str, str], body: bytes) -> tuple[Sequence[str], int, str]:
        if path != self.path:
            return ["no_service"], 404, ""
        if not headers.get("content-type", "").startswith("application/json"):
            return ["slack: invalid_payload: it is not JSON"], 400, ""
        try:
            message = json.loads(body)
        except ValueError:
            return ["slack: invalid_payload: it is not JSON"], 400, ""
        problems = [f"slack: {each}" for each in problems_of(message)]
        if not problems:
            self.taken.append(message)
        return problems, 200, "ok"


def problems_of(message: Any) -> Iterator[str]:
    if not isinstance(message, dict) or not isinstance(message.get("text"), str) or not message["text"]:
        yield "there is no text to fall back to"
        return
    if len(message["text"]) > 40_000:
        yield "the text has more than 40,000 characters"
    blocks = message.get("blocks", [])
    if not isinstance(blocks, list) or len(blocks) > 50:
        yield "there are more than 50 blocks"
        return
    for number, block in enumerate(blocks):
        yield from (f"block {number}: {each}" for each in _block(block))


def _block(block: Any) -> Iterator[str]:
    kind = block.get("type")
    if kind not in BLOCKS:
        yield f"no block is called {kind}"
    if kind == "header":
        yield from _text(block.get("text"), 150, {"plain_text"})
    if kind == "section":
        if not block.get("text") and not block.get("fields"):
            yield "a section needs a text or fields"
        if block.get("text"):
            yield from _text(block["text"], 3000)
        if len(block.get("fields", [])) > 10:
            yield "a section has at most 10 fields"
        for field in block.get("fields", []):
            yield from _text(field, 2000)
    if kind == "context":
        if not 1 <= len(block.get("elements", [])) <= 10:
            yield "a context has 1 to 10 elements"
        for element in block.get("elements", []):
            if element.get("type") != "image":
                yield from _text(element, 3000)
    unknown = block.keys() - {"type", "text", "fields", "elements", "block_id", "accessory", "expand"}
    if unknown:
        yield f"unknown fields {sorted(unknown)}"


def _text(
    text: Any, most: int, kinds: frozenset[str] | set[str] = frozenset({"plain_text", "mrkdwn"})
) -> Iterator[str]:
    if not isinstance(text, dict) or text.get("type") not in kinds:
        yield f"its text is none of {sorted(kinds)}"
        return
    if not 1 <= len(text.get("text", "")) <= most:
        yield f"a text has 1 to {most} characters, not {len(text.get('text', ''))}"
    if text["type"] == "mrkdwn" and LOOSE.search(text["text"]):
        yield f"& < > are not written as entities: {text['text'][:80]}"
    if text.keys() - {"type", "text", "emoji", "verbatim"}:
        yield "unknown fields of a text"
