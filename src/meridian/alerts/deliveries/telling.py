"""Says when a channel dies and when it works again: in the journal, and to people on the other channels. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from meridian.alerts.deliveries.health import Health
from meridian.alerts.settings import Alerts, Rule
from meridian.alerts.telling import runbook_url
from meridian.config.schema.base import duration
from meridian.core.decision import Decision, clip
from meridian.core.errors import Conflict
from meridian.integrations.notice import Notice

NAME = "alerts.deliveries"
DEAD = "channel-dead"
WORKS = "channel-works"
GAUGE = "channel_up"
"""The metric that says which channels are dead (0) and which are not (1), by name (the label `what`)."""


@dataclass(frozen=True, slots=True)
class Known:
    """dead: channels of which it was said, and since when they failed; None before the first look, which only takes over how
    things are."""

    dead: Mapping[str, datetime] | None = None


class DeliveriesJudge:
    """Its observation: how each configured channel does."""

    name = NAME

    def initial(self) -> Known:
        return Known()

    def decide(
        self, policy: Any, state: Known, observation: Mapping[str, Health], now: datetime
    ) -> tuple[Known, Sequence[Decision]]:
        dead = {name: _since(health) for name, health in observation.items() if health.dead_since}
        if state.dead is None:
            return Known(dead), ()
        decisions = [_died(name, observation[name]) for name in sorted(dead.keys() - state.dead.keys())]
        over = sorted((state.dead.keys() - dead.keys()) & observation.keys())
        decisions += [_works(name, state.dead[name], now) for name in over]
        return Known(dead), decisions

    def replay(self, policy: Any, evidence: Mapping[str, Any]) -> Sequence[Decision]:
        """Raises Conflict where the evidence cannot be read, or where a person decided."""
        try:
            if not evidence["dead"]:
                since, at = (datetime.fromisoformat(evidence[name]) for name in ("failing_since", "at"))
                return [_works(evidence["channel"], since, at)]
            since = datetime.fromisoformat(evidence["failing_since"])
            health = Health(evidence["failures"], since, since, answer=evidence["answer"])
            return [_died(evidence["channel"], health)]
        except (KeyError, TypeError, ValueError) as error:
            raise Conflict(
                f"the evidence of this decision cannot be read ({type(error).__name__}: {error})",
                "a person or another version of Meridian may have written it",
            ) from error


def _died(channel: str, health: Health) -> Decision:
    since = _since(health)
    times = f"{health.failures} failure{'s' if health.failures != 1 else ''} in a row"
    said = f"channel {channel} is dead: {times} since {since:%H:%M:%S}, last: {health.answer}"
    evidence = {
        "dead": True,
        "channel": channel,
        "failures": health.failures,
        "failing_since": since.isoformat(),
        "answer": health.answer,
    }
    return Decision(NAME, DEAD, channel, clip(said), evidence)


def _works(channel: str, since: datetime, now: datetime) -> Decision:
    lost = duration(max(1, round((now - since).total_seconds())))
    evidence = {"dead": False, "channel": channel, "failing_since": since.isoformat(), "at": now.isoformat()}
    return Decision(NAME, WORKS, channel, clip(f"channel {channel} works again after {lost}"), evidence)


def _since(health: Health) -> datetime:
    since = health.failing_since or health.dead_since
    assert since is not None
    return since


def watched(rules: Iterable[Rule]) -> bool:
    """Whether a rule looks at the metric, and so makes an incident of a dead channel, with all that incidents have."""
    return any(rule.condition.metric == GAUGE for rule in rules)


def notice_of(decision: Decision, alerts: Alerts, now: datetime) -> Notice:
    """For the channels that work."""
    channel, dead = decision.subject, decision.kind == DEAD
    what_next = f" When it is corrected, `meridian alerts test {channel}` shows it." if dead else ""
    return Notice(
        key=f"channel-dead-{channel}",
        status="firing" if dead else "resolved",
        severity=2,
        title=f"Alerts do not get through on {channel}",
        sentence=f"{decision.sentence}.{what_next}",
        subject=channel,
        at=now,
        started=datetime.fromisoformat(decision.evidence["failing_since"]),
        resolved=None if dead else now,
        runbook=runbook_url("channel-dead", alerts),
    )
