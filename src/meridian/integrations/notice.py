"""What a channel is told about an incident: the same for every channel, which each puts into its own words and format."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Literal

Status = Literal["firing", "acknowledged", "resolved", "change", "test"]


@dataclass(frozen=True, slots=True)
class Notice:
    """key: the same for everything about one incident, also its end. status: "change" is news that nobody has to act
    on (a release, a level). severity: 1 (worst) to 4. title: a few words. sentence: what is the case, with its numbers.
    cause: a decision's sentence that explains it, or empty. subject: what it is about ("europe-west1").
    alerts: how many alerts it groups. runbook, link: URLs or empty. values: name -> value as people read it.
    by: who acknowledged."""

    key: str
    status: Status
    severity: int
    title: str
    sentence: str
    subject: str
    at: datetime
    started: datetime
    resolved: datetime | None = None
    cause: str = ""
    alerts: int = 1
    runbook: str = ""
    link: str = ""
    by: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


def to_json(notice: Notice) -> dict[str, Any]:
    """Times as ISO 8601."""
    times = {"at": notice.at.isoformat(), "started": notice.started.isoformat()}
    resolved = notice.resolved.isoformat() if notice.resolved else None
    plain = {each.name: getattr(notice, each.name) for each in fields(notice)}
    return {**plain, **times, "resolved": resolved, "values": dict(notice.values)}


def from_json(raw: Mapping[str, Any]) -> Notice:
    """Raises KeyError, TypeError or ValueError for what is no notice."""
    times = {name: datetime.fromisoformat(raw[name]) for name in ("at", "started")}
    resolved = datetime.fromisoformat(raw["resolved"]) if raw["resolved"] else None
    return Notice(**{**raw, **times, "resolved": resolved})
