"""The controller protocol: a pure judge between two pieces of I/O.

    observe (I/O) -> decide (pure) -> actuate (I/O)

`decide` gets everything as arguments and touches nothing, so a test is a table of observations and a journal entry
can be replayed. The judge never acts: `actuate` carries a decision out, separately.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from meridian.core.decision import Decision

Policy = TypeVar("Policy", contravariant=True)
State = TypeVar("State")
Observation = TypeVar("Observation")
Observed = TypeVar("Observed", contravariant=True)


class Judge(Protocol, Generic[Policy, State, Observed]):
    """The pure half."""

    name: str
    """Dotted, feature first: "regions.drain"."""

    def initial(self) -> State: ...

    def decide(
        self, policy: Policy, state: State, observation: Observed, now: datetime
    ) -> tuple[State, Sequence[Decision]]:
        """The next state and what was decided. The same arguments always give the same answer."""

    def replay(self, policy: Policy, evidence: dict[str, Any]) -> Sequence[Decision]:
        """Decides again from a journalled decision's evidence."""


class Controller(Judge[Policy, State, Observation], Protocol[Policy, State, Observation]):
    """A judge with its I/O, as the runner runs it."""

    interval: float
    """Seconds between cycles."""

    async def observe(self) -> Observation: ...

    async def actuate(self, decision: Decision) -> None:
        """Carries one decision out. Called after the decision is journalled; must be safe to repeat."""
