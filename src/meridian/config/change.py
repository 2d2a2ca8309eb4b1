"""One line of `meridian plan`: what a new configuration changes, and for whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """area: "countries", "features", "failover", ... subject: what changes ("FR"). before and after: short texts; empty when
    added or removed. affects: for whom, as a sentence part ("users with addresses in FR")."""

    area: str
    subject: str
    before: str
    after: str
    affects: str = ""


@dataclass(frozen=True, slots=True)
class Replay:
    """What recorded traffic says about a change. subject: what it is about ("limits.chat"). sentence: what would have been, and
    what was, with numbers. evidence: the same as JSON."""

    subject: str
    sentence: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
