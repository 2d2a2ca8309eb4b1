"""What a channel is told about an incident: the same for every channel, which each puts into its own words and format."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

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
