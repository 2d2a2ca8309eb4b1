"""Its loop: counts the edges that report, and decides when the greeting has to say another number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from meridian.config.schema.root import Config
from meridian.core.decision import Decision
from meridian.feature import Control


def decide_greeting(said: int, reporting: int) -> Sequence[Decision]:
    """The pure judge: said is the number in the greeting, reporting the edges that report now."""
    if said == reporting:
        return ()
    decision = Decision(
        controller="greeting.count",
        kind="count",
        subject="greeting",
        sentence=f"the greeting says {reporting} edges now instead of {said}, as {reporting} report",
        evidence={"said": said, "reporting": reporting},
        action={"edges": reporting},
        undo={"edges": said},
    )
    return (decision,)


@dataclass(slots=True)
class Count:
    control: Control
    name: str = "greeting.count"
    interval: float = 0.5

    def initial(self) -> int:
        return 0

    async def observe(self) -> int:
        return sum(len(reports) for reports in self.control.reports().values())

    def decide(
        self, policy: Config, state: int, observation: int, now: datetime
    ) -> tuple[int, Sequence[Decision]]:
        return observation, decide_greeting(state, observation)

    def replay(self, policy: Config, evidence: Mapping[str, Any]) -> Sequence[Decision]:
        return decide_greeting(evidence["said"], evidence["reporting"])

    async def actuate(self, decision: Decision) -> None:
        async with self.control.database.connection() as connection:
            await connection.execute(
                "INSERT INTO greeting (edges) VALUES (%s) ON CONFLICT (only_row) DO UPDATE SET edges = excluded.edges",
                (decision.action["edges"],),
            )
        await self.control.recompile()


async def load(control: Control) -> int:
    """Its compile-time state: the number that the greeting says."""
    async with control.database.connection() as connection:
        row = await (await connection.execute("SELECT edges FROM greeting")).fetchone()
    return int(row["edges"]) if row else 0
