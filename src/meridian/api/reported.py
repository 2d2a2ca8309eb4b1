"""The decisions that an edge took by itself, as its report carries them, and what an operator should know
of an edge."""

import re

from meridian.core.decision import Decision, from_json
from meridian.core.errors import Finding, MeridianError
from meridian.envoy.report import EdgeReport

SILENT = 10.0

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class BadReport(MeridianError):
    status = 422
    kind = "invalid-input"

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(f"{len(findings)} of the report's decisions cannot be read", "see `errors`")
        self.findings = findings


def decisions_of(report: EdgeReport) -> list[Decision]:
    """Raises BadReport where one is not a decision, or lacks the id and time that the edge has to give it."""
    found: list[Decision] = []
    problems: list[Finding] = []
    for index, raw in enumerate(report.decisions):
        try:
            decision = from_json(raw)
            _check(decision)
            found.append(decision)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            problems.append(Finding(("decisions", index), f"this is not a decision: {str(error)[:200]}"))
    if problems:
        raise BadReport(problems)
    return found


def _check(decision: Decision) -> None:
    if decision.at is None or decision.at.tzinfo is None:
        raise ValueError("`at` is missing or has no time zone")
    if not isinstance(decision.id, str) or not _UUID.fullmatch(decision.id):
        raise ValueError("`id` is missing or not a UUID")
    for name in ("controller", "kind", "subject", "sentence", "actor", "reason"):
        value = getattr(decision, name)
        if not isinstance(value, str) or len(value) > 1000:
            raise ValueError(f"`{name}` is not a short text")
        value.encode()  # a lone surrogate is JSON, but no text; UnicodeEncodeError is a ValueError


def sentence(report: EdgeReport, age: float, wanted: str) -> str:
    """What is wrong with an edge, or empty when nothing is."""
    if age > SILENT:
        return f"has not reported for {age:.0f} s; it goes on serving its last snapshot if it runs"
    if report.rejection is not None and report.rejection.digest == wanted:
        return f"Envoy refused {report.rejection.resource or 'the snapshot'}: {report.rejection.reason}"
    if report.envoy != "live":
        return f"Envoy is {report.envoy}"
    if report.sentence:
        return report.sentence
    return "" if report.digest == wanted else "is about to take the newest snapshot"
