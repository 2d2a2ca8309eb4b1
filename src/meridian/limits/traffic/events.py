"""The fold of what admission tells: its counts, its blocks, and when its shared counters went away and came back."""

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from meridian.core.decision import Decision, clip
from meridian.envoy.fold import EdgeFacts, Harvest, Source
from meridian.envoy.snapshot import Json

SHIELD = "limits.shield"
COUNTERS = "limits.counters"
_BLOCKS = 2_000
_POLICIES = 1_000
_FIELDS = ("admitted", "refused", "failed_open", "failed_closed")


class Events:
    """Implements `envoy.fold.Fold`."""

    def __init__(self, facts: EdgeFacts) -> None:
        self._facts = facts
        self._counts: dict[tuple[int, str], dict[str, int]] = {}
        self._blocks: list[Json] = []
        self._decisions: list[Decision] = []

    @property
    def source(self) -> Source:
        return "admission"

    def add(self, window: int, lines: Sequence[Mapping[str, Any]]) -> None:
        for line in lines:
            event = line.get("event")
            if event == "counts":
                self._count(window, line)
            elif event in ("block", "unblock"):
                self._block(line)
            elif event in ("store-away", "store-back"):
                self._store(line)

    def harvest(self, now: datetime) -> Harvest:
        counts, self._counts = self._counts, {}
        blocks, self._blocks = self._blocks, []
        decisions, self._decisions = self._decisions, []
        if not counts and not blocks:
            return Harvest((), decisions)
        windows = [window for window, _ in counts] or [int(float(each["t"])) for each in blocks]
        content: Json = {
            "kind": "admission",
            "first": min(windows),
            "last": max(windows),
            "exact": [
                [window, policy, *(row[name] for name in _FIELDS)] for (window, policy), row in counts.items()
            ],
            "blocks": blocks,
        }
        return Harvest([content], decisions)

    def _count(self, window: int, line: Mapping[str, Any]) -> None:
        policies = line.get("policies")
        if not isinstance(policies, dict):
            return
        for policy, row in policies.items():
            if not isinstance(row, dict):
                continue
            if (window, policy) not in self._counts and len(self._counts) >= _POLICIES:
                continue
            held = self._counts.setdefault((window, str(policy)[:64]), dict.fromkeys(_FIELDS, 0))
            for name in _FIELDS:
                held[name] += _whole(row.get(name))

    def _block(self, line: Mapping[str, Any]) -> None:
        if len(self._blocks) < _BLOCKS:
            self._blocks.append(dict(line))
        kind, shield = _text(line, "kind"), _text(line, "shield")
        subject = _text(line, "subject")
        region = self._facts.region
        if line["event"] == "unblock":
            sentence = f"{region}: the block of {kind} {subject[:12]} by {shield} is over"
        else:
            after = f" after {failures} failed attempts" if (failures := _whole(line.get("failures"))) else ""
            again = f", block {count} in a row" if (count := _whole(line.get("blocks"))) > 1 else ""
            until = _clock(line.get("until"))
            sentence = f"{region}: {shield} blocks {kind} {subject[:12]} until {until}{after}{again}"
        self._decide(SHIELD, str(line["event"]), f"{kind}:{subject}"[:200], sentence, line)

    def _store(self, line: Mapping[str, Any]) -> None:
        region = self._facts.region
        if line["event"] == "store-away":
            why = _text(line, "sentence") or "they do not answer"
            effect = _text(line, "effect") or f"the shared counters of exact limits are away: {why}"
            sentence = f"{region}: {effect}"
        else:
            sentence = f"{region}: the shared counters of exact limits are back"
        self._decide(COUNTERS, str(line["event"]), region, sentence, line)

    def _decide(
        self, controller: str, kind: str, subject: str, sentence: str, line: Mapping[str, Any]
    ) -> None:
        decision = Decision(
            controller, kind, subject, clip(sentence), dict(line), actor=f"edge {self._facts.instance}"
        )
        at = datetime.fromtimestamp(float(line["t"]), UTC)
        self._decisions.append(decision.stamped(self._id(line, at), at))

    def _id(self, line: Mapping[str, Any], at: datetime) -> str:
        """The same for the same line: read again after a crash, it is journalled once."""
        content = json.dumps([self._facts.instance, line], sort_keys=True, default=str)
        random = int.from_bytes(sha256(content.encode()).digest()[:10], "big")
        value = (int(at.timestamp() * 1000) & ((1 << 48) - 1)) << 80 | random
        value = value & ~(0xF << 76) | 0x7 << 76
        value = value & ~(0x3 << 62) | 0b10 << 62
        return str(uuid.UUID(int=value))


def _text(line: Mapping[str, Any], name: str) -> str:
    value = line.get(name)
    return " ".join(value.split())[:200] if isinstance(value, str) else ""


def _whole(value: object) -> int:
    return int(value) if isinstance(value, int) and 0 <= value < 2**53 else 0


def _clock(value: object) -> str:
    if not isinstance(value, int | float) or not 0 <= value < 4e9:
        return "it is lifted"
    return f"{datetime.fromtimestamp(value, UTC):%d %b %H:%M:%S} UTC"
