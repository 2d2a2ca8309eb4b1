"""What the journal says of incidents: decisions, each made from its evidence alone, so that it can be made again. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from meridian.alerts.incidents import Alert, Incident, alerts_json
from meridian.alerts.wording import worded
from meridian.config.schema.base import duration
from meridian.core.decision import Decision, clip
from meridian.core.errors import Conflict

NAME = "alerts.rules"
SAMPLE = 20
"""Alerts that evidence shows."""

What = Literal["opened", "escalated", "grown", "wider", "reminder", "merged", "resolved"]


def evidence(
    what: What, incident: Incident, facts: Mapping[str, str | float], lasted: float, into: str = ""
) -> dict[str, Any]:
    """facts: see `wording.facts`. lasted: seconds since the incident began. into: the title of the incident it became part of."""
    alerts: Sequence[Alert] = sorted(incident.alerts.values(), key=lambda each: (each.since, each.key))
    return {
        "what": what,
        "incident": incident.id,
        "subject": incident.subject,
        "severity": incident.severity,
        "facts": dict(facts),
        "others": len(incident.alerts) - int(facts["n"]) if facts else 0,
        "count": len(incident.alerts),
        "lasted": round(lasted, 3),
        "into": into,
        "cause": incident.decision,
        "alerts": alerts_json(alerts[:SAMPLE]),
    }


def decided(found: Mapping[str, Any]) -> Decision:
    """The decision that the evidence leads to."""
    what: What = found["what"]
    title, sentence = worded(found["facts"], found["others"])
    grade = f"SEV-{found['severity']}"
    lasted = duration(max(1, round(found["lasted"])))
    count = found["count"]
    sentences: dict[What, str] = {
        "opened": f"{grade} {title}: {sentence}",
        "escalated": f"now {grade} {title}: {sentence}",
        "grown": f"{grade} grew: {title}: {sentence}",
        "wider": f"{grade} concerns more channels: {title}: {sentence}",
        "reminder": f"{grade} still open after {lasted} and nobody acknowledged: {title}",
        "merged": f"{title} is part of: {found['into']}",
        "resolved": f"over after {lasted}, {count:,} alert{'s' if count != 1 else ''}: {title}",
    }
    return Decision(
        controller=NAME,
        kind=f"incident-{what}",
        subject=found["subject"],
        sentence=clip(sentences[what]),
        evidence=found,
    )


def replayed(found: Mapping[str, Any]) -> Sequence[Decision]:
    """Raises Conflict for what a person decided, and for evidence that cannot be read."""
    if "what" not in found:
        raise Conflict("a person decided this; only what a controller decided can be decided again")
    try:
        return [decided(found)]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Conflict(
            f"the evidence of this decision cannot be read ({type(error).__name__}: {error})",
            "another version of Meridian may have written it",
        ) from error
