"""From the parts of a run's record, and what was decided meanwhile, to its results. The runner and control do the same here,
so that they say the same."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from meridian.core.errors import InvalidInput
from meridian.loadtest.report.failover import failovers
from meridian.loadtest.report.html import html
from meridian.loadtest.results.compare import compare
from meridian.loadtest.results.comparison import Comparison
from meridian.loadtest.results.part import Part, merge
from meridian.loadtest.results.partfile import from_bytes, to_bytes
from meridian.loadtest.results.summarise import summarise
from meridian.loadtest.results.summary import Event, Summary
from meridian.loadtest.results.verdict import clip

UNSENT = "Stopped before anything was sent"
"""Of such a run nothing is judged: no objective was missed."""
OWN = frozenset(
    {
        "load-test-started", "load-test-stopped", "load-test-removed", "load-tests-cleaned", "load-test-chaos",
        "load-test-ended",
    }
)  # fmt: skip
"""Kinds of decisions that are about load tests themselves: they explain nothing that clients saw."""


def conclude(part: Part, decisions: Iterable[Mapping[str, Any]] = (), before: Part | None = None) -> Summary:
    """decisions: of the journal, as JSON, around the time of the run. before: an earlier run to compare with."""
    found = relevant(decisions)
    summary = summarise(
        part,
        decisions=list(_events(found, part)),
        failovers=failovers(part, found),
        comparison=compare(before, part) if before else None,
    )
    if summary["state"] == "stopped" and not summary["asked"]["requests"]:
        summary["sentence"] = clip(f"{UNSENT}: {part.reason}" if part.reason else UNSENT)
        summary["thresholds"] = []
    return summary


def relevant(decisions: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those that may explain what clients saw, in order of time."""
    return sorted((each for each in decisions if each["kind"] not in OWN), key=lambda each: str(each["at"]))


def _events(decisions: Iterable[Mapping[str, Any]], part: Part) -> Iterator[Event]:
    """Those of the run's time, as what happened in it."""
    seconds = (part.ended - part.began).total_seconds()
    for each in decisions:
        at = round((datetime.fromisoformat(each["at"]) - part.began).total_seconds(), 3)
        if 0 <= at <= seconds:
            yield Event(at=at, what=each["kind"], by="decision", sentence=each["sentence"])


def merged(parts: Sequence[bytes]) -> bytes:
    """The record that these are parts of. Raises InvalidInput where they are not of one run."""
    return parts[0] if len(parts) == 1 else to_bytes(merge([from_bytes(each) for each in parts]))


def compared(before: bytes, after: bytes) -> Comparison:
    """Raises InvalidInput where one is no record."""
    return compare(from_bytes(before), from_bytes(after))


def report(summary: str) -> str:
    """The HTML of a Summary's JSON text."""
    found: Summary = json.loads(summary)
    return html(found)


def read(content: bytes, id: str, shard: int) -> Part:
    """One shard's part, as it was told. Raises InvalidInput where it is not the one it claims to be."""
    part = from_bytes(content)
    if part.id != id:
        raise InvalidInput(
            f"this part is of the load test {part.id[:80]}, not of {id}", "send it where it belongs"
        )
    if len(part.shards) != 1 or part.shards[0].index != shard:
        raise InvalidInput(f"this part is not that of shard {shard}", "shards are counted from 0 here")
    return part
