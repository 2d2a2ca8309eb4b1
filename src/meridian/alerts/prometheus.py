"""The alert rules as rules of Prometheus: recording rules for what dashboards ask for, and an alert for each of ours. Pure.

What Prometheus has no words for stays with Meridian: incidents by cause, damped flapping, and conditions that clear at another
bound than they fire at; `keep_firing_for` (Prometheus 2.42) comes nearest to that.
"""

import string
from collections.abc import Iterator
from typing import Any

from meridian.alerts.settings import Alerts, Rule
from meridian.config.schema.base import duration
from meridian.core.errors import InvalidInput
from meridian.telemetry.conditions import Condition
from meridian.telemetry.exposition.promql import counted, exposed, promql
from meridian.telemetry.metrics.catalogue import known
from meridian.telemetry.metrics.query import Query

RECORDED = (
    ("region:meridian_requests:rate5m", Query("requests_per_second", by=("region",), over=300)),
    ("region:meridian_error_share:rate5m", Query("error_rate", by=("region",), over=300)),
    ("region:meridian_refusal_share:rate5m", Query("refusal_rate", by=("region",), over=300)),
    ("region:meridian_latency_p95_milliseconds:rate5m", Query("latency_p95", by=("region",), over=300)),
    ("feature:meridian_latency_p95_milliseconds:rate5m", Query("latency_p95", by=("feature",), over=300)),
    ("feature:meridian_latency_p99_milliseconds:rate5m", Query("latency_p99", by=("feature",), over=300)),
    ("feature:meridian_error_share:rate5m", Query("error_rate", by=("feature",), over=300)),
)
"""Name (level:metric:operation, as Prometheus recommends) and what it records."""


def rules(settings: Alerts, runbooks_url: str = "") -> tuple[dict[str, Any], list[str]]:
    """A rules file as JSON, and a sentence for each rule that cannot be said in it."""
    alerts, left_out = [], []
    for name, rule in settings.rules.items():
        try:
            alerts.append(_alert(name, rule, runbooks_url or settings.runbooks_url))
        except InvalidInput as error:
            left_out.append(f"{name} is left out: {error}")
    recorded = [{"record": name, "expr": promql(query)} for name, query in RECORDED]
    groups = [{"name": "meridian.recorded", "interval": "15s", "rules": recorded}]
    if alerts:
        groups.append({"name": "meridian.alerts", "interval": "15s", "rules": alerts})
    return {"groups": groups}, left_out


def _alert(name: str, rule: Rule, runbooks_url: str) -> dict[str, Any]:
    runbook = rule.runbook
    if runbook and "://" not in runbook:
        runbook = f"{runbooks_url.rstrip('/')}/{runbook}" if runbooks_url else ""
    condition = rule.condition
    made: dict[str, Any] = {"alert": _camel(name), "expr": _expression(condition)}
    if rule.for_:
        made["for"] = duration(rule.for_)
    made["keep_firing_for"] = duration(rule.resolve_after)
    made["labels"] = {"severity": f"SEV-{rule.severity}", "group": rule.group}
    made["annotations"] = {
        "summary": _worded(rule.title, rule),
        "description": _worded(rule.sentence, rule),
        **({"runbook_url": runbook} if runbook else {}),
    }
    return made


def _expression(condition: Condition) -> str:
    sign = ">" if condition.above is not None else "<"
    bad = f"{promql(condition.query)} {sign} {condition.bound:g}"
    n = counted(condition.query)
    return f"({bad}) and {n} >= {condition.at_least:g}" if n and condition.at_least > 1 else bad


def _worded(template: str, rule: Rule) -> str:
    """Our placeholders as Prometheus's."""
    parts = []
    for text, name, form, _ in string.Formatter().parse(template):
        parts.append(text.replace("{{", "{").replace("}}", "}"))
        if name is not None:
            parts.append(_placeholder(name, form or "", rule))
    return " ".join("".join(parts).split())


def _placeholder(name: str, form: str, rule: Rule) -> str:
    if name == "threshold":
        return format(rule.condition.bound, form or ".4g")
    if name == "n":
        return "1"
    if name == "value":
        return f"{{{{ $value | {_printed(form)} }}}}"
    metric = known(rule.condition.query)
    labels = [exposed(metric, label) for label in rule.condition.by]
    return " ".join(f"{{{{ $labels.{label} }}}}" for label in labels) or "everywhere"


def _printed(form: str) -> str:
    if form.endswith("%"):
        return "humanizePercentage"
    return f'printf "%{form.lstrip("+,")}"' if form else 'printf "%.4g"'


def _camel(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.replace("_", "-").split("-"))


def named(found: dict[str, Any]) -> Iterator[str]:
    """The names of everything in a rules file."""
    for group in found["groups"]:
        for rule in group["rules"]:
            yield rule.get("alert") or rule["record"]
