"""Says in the journal when a channel dies and when it works again. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from meridian.alerts.deliveries.health import Health
from meridian.core.decision import Decision, clip
from meridian.core.errors import Conflict

NAME = "alerts.deliveries"
DEAD = "channel-dead"
WORKS = "channel-works"


@dataclass(frozen=True, slots=True)
class Known:
    """dead: names of channels of which it was said; None before the first look, which only takes over how things are."""

    dead: frozenset[str] | None = None


class DeliveriesJudge:
    """Its observation: how each configured channel does."""

    name = NAME

    def initial(self) -> Known:
        return Known()

    def decide(
        self, policy: Any, state: Known, observation: Mapping[str, Health], now: datetime
    ) -> tuple[Known, Sequence[Decision]]:
        dead = frozenset(name for name, health in observation.items() if health.dead_since)
        if state.dead is None:
            return Known(dead), ()
        decisions = [_died(name, observation[name]) for name in sorted(dead - state.dead)]
        decisions += [_works(name) for name in sorted(state.dead - dead) if name in observation]
        return Known(dead), decisions

    def replay(self, policy: Any, evidence: Mapping[str, Any]) -> Sequence[Decision]:
        """Raises Conflict where the evidence cannot be read, or where a person decided."""
        try:
            if not evidence["dead"]:
                return [_works(evidence["channel"])]
            since = datetime.fromisoformat(evidence["failing_since"])
            health = Health(evidence["failures"], since, since, answer=evidence["answer"])
            return [_died(evidence["channel"], health)]
        except (KeyError, TypeError, ValueError) as error:
            raise Conflict(
                f"the evidence of this decision cannot be read ({type(error).__name__}: {error})",
                "a person or another version of Meridian may have written it",
            ) from error


def _died(channel: str, health: Health) -> Decision:
    since = health.failing_since or health.dead_since
    assert since
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


def _works(channel: str) -> Decision:
    return Decision(
        NAME, WORKS, channel, clip(f"channel {channel} works again"), {"dead": False, "channel": channel}
    )
