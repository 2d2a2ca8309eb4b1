"""All children of one world: started, followed, stopped together, and described."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from meridian.core.clock import Clock, SystemClock
from meridian.world.child import Child, ChildPlan

ORDER = (("links",), ("edge",), ("app", "control"), ("postgres",))
"""Who is asked to stop first: those that others serve. The links before the edges, as an edge lets requests finish, and
without links the other edges' health checks are none."""


@dataclass(slots=True)
class Crew:
    """started: told of each child that has just been started, also again after a crash."""

    started: Callable[[Child], None] = lambda child: None
    clock: Clock = field(default_factory=SystemClock)
    children: dict[str, Child] = field(default_factory=dict)

    def add(self, plan: ChildPlan) -> Child:
        child = Child(plan, self.started, self.clock)
        self.children[plan.name] = child
        child.start()
        return child

    async def follow(self, plans: Mapping[str, ChildPlan], keep: Iterable[str]) -> None:
        """Starts what is new, stops what is gone, and replaces what is to run differently. keep: names left
        alone."""
        kept = set(keep)
        gone = [
            name
            for name, child in self.children.items()
            if name not in kept and (name not in plans or plans[name] != child.plan)
        ]
        await asyncio.gather(*(self._remove(name) for name in gone))
        for name, plan in plans.items():
            if name not in self.children:
                self.add(plan)

    async def stop(self) -> None:
        """Group by group; PostgreSQL last, after control has closed its connections."""
        for group in ORDER:
            names = [name for name in self.children if name.partition(":")[0] in group]
            await asyncio.gather(*(self.children[name].stop() for name in names))

    async def _remove(self, name: str) -> None:
        await self.children.pop(name).stop()

    def describe(self) -> list[dict[str, Any]]:
        """JSON. for: seconds in the present state."""
        now = self.clock.monotonic()
        return [
            {
                "name": name,
                "state": child.state,
                "pid": child.process.pid if child.process else None,
                "started": child.process.started if child.process else None,
                "for": round(now - child.changed, 1) if child.changed else 0.0,
                "restarts": child.restarts,
                "last_exit": child.last_exit,
            }
            for name, child in self.children.items()
        ]
