"""PagerDuty's Events API v2, by developer.pagerduty.com/docs/events-api-v2: what an event must have, and what it does to the
alert with its key."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.integrations.receivers.http import HttpReceiver


@dataclass
class PagerDutyReceiver(HttpReceiver):
    """open: keys of alerts that are triggered or acknowledged. taken: alert events. changes: change events. opened: how many
    alerts were made, by key."""

    key: str = "fedcba98765432100123456789abcdef"
    taken: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    open: dict[str, str] = field(default_factory=dict)
    opened: dict[str, int] = field(default_factory=dict)

    def take(self, path: str, headers: dict[str, str], body: bytes) -> tuple[Sequence[str], int, str]:
        if path not in ("/v2/enqueue", "/v2/change/enqueue"):
            return [f"pagerduty: there is nothing at {path}"], 404, ""
        if len(body) > 512 * 1024:
            return ["pagerduty: more than 512 KB"], 413, ""
        try:
            event = json.loads(body)
        except ValueError:
            return ["pagerduty: it is not JSON"], 400, ""
        check = _change if path.endswith("/change/enqueue") else _alert
        problems = [f"pagerduty: {each}" for each in (*_common(event, self.key), *check(event))]
        if problems:
            return problems, 400, ""
        if path == "/v2/change/enqueue":
            self.changes.append(event)
            return (), 202, json.dumps({"status": "success", "message": "Change event processed"})
        self._apply(event)
        answer = {"status": "success", "message": "Event processed", "dedup_key": event["dedup_key"]}
        return (), 202, json.dumps(answer)

    def _apply(self, event: dict[str, Any]) -> None:
        self.taken.append(event)
        key, action = event["dedup_key"], event["event_action"]
        if action == "trigger":
            self.opened[key] = self.opened.get(key, 0) + (key not in self.open)
            self.open.setdefault(key, "triggered")
        elif action == "acknowledge" and key in self.open:
            self.open[key] = "acknowledged"
        elif action == "resolve":
            self.open.pop(key, None)


def _common(event: dict[str, Any], key: str) -> Iterator[str]:
    if event.get("routing_key") != key:
        yield "the routing key is not one of an integration"
    for link in event.get("links", []):
        if not str(link.get("href", "")).startswith(("http://", "https://")) or link.keys() - {
            "href",
            "text",
        }:
            yield f"a link has href and text: {link}"


def _alert(event: dict[str, Any]) -> Iterator[str]:
    allowed = {
        "routing_key",
        "event_action",
        "dedup_key",
        "payload",
        "images",
        "links",
        "client",
        "client_url",
    }
    if event.keys() - allowed:
        yield f"unknown fields {sorted(event.keys() - allowed)}"
    if event.get("event_action") not in ("trigger", "acknowledge", "resolve"):
        yield "event_action is one of trigger, acknowledge and resolve"
    if not 1 <= len(event.get("dedup_key", "")) <= 255:
        yield "dedup_key has at most 255 characters"
    if event.get("event_action") != "trigger":
        return
    payload = event.get("payload", {})
    yield from _payload(payload)
    if not payload.get("source"):
        yield "payload.source is required"
    if payload.get("severity") not in ("critical", "error", "warning", "info"):
        yield "payload.severity is one of critical, error, warning and info"
    known = {"summary", "source", "severity", "timestamp", "component", "group", "class", "custom_details"}
    if payload.keys() - known:
        yield f"unknown fields of the payload {sorted(payload.keys() - known)}"


def _change(event: dict[str, Any]) -> Iterator[str]:
    if event.keys() - {"routing_key", "payload", "links"}:
        yield f"unknown fields {sorted(event)}"
    payload = event.get("payload", {})
    yield from _payload(payload)
    if payload.keys() - {"summary", "source", "timestamp", "custom_details"}:
        yield f"unknown fields of the payload {sorted(payload)}"


def _payload(payload: dict[str, Any]) -> Iterator[str]:
    if not 1 <= len(payload.get("summary", "")) <= 1024:
        yield "payload.summary has 1 to 1024 characters"
    if not isinstance(payload.get("custom_details", {}), dict):
        yield "payload.custom_details is an object"
    if "timestamp" in payload and datetime.fromisoformat(payload["timestamp"]).tzinfo is None:
        yield "payload.timestamp says no time zone"
