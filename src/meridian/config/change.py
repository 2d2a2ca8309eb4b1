"""One line of `meridian plan`: what a new configuration changes, and for whom."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """area: "countries", "features", "failover", ... subject: what changes ("FR"). before and after: short texts; empty when
    added or removed. affects: for whom, as a sentence part ("users with addresses in FR")."""

    area: str
    subject: str
    before: str
    after: str
    affects: str = ""
