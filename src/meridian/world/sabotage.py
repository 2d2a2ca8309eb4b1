"""Carries faults out on a running world, and remembers them so that a restarted process gets its fault
again."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from meridian.core.errors import InvalidInput, MeridianError, Unavailable
from meridian.world import hotline, orphans
from meridian.world.child import Child
from meridian.world.crew import Crew
from meridian.world.faults import VERBS, Fault, Target, require_possible, resolve
from meridian.world.home import Home
from meridian.world.topology import Topology

PATIENCE = 3.0
"""Seconds in which a process that is just starting may come to listen."""
_NO_FAULT: dict[str, Any] = {"slow": 0, "hang": False, "errors": 0.0}
_KILLED = "killed; stays down until it is restored"


@dataclass(slots=True)
class Sabotage:
    """topology: what there is to break now. force: the faults in force, by target and verb."""

    home: Home
    crew: Crew
    topology: Callable[[], Topology]
    force: dict[tuple[str, str], Fault] = field(default_factory=dict)
    _app: dict[str, dict[str, Any]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def carry_out(self, verb: str, name: str, *, hold: bool = False, amount: float = 0.0) -> str:
        """One sentence saying what was done. amount: milliseconds for slow, a share for errors."""
        if verb not in VERBS:
            raise InvalidInput(f"{verb} is no fault", f"use one of {', '.join(VERBS)}")
        if verb == "restore" and name == "all":
            return await self._restore_all()
        target = resolve(name, self.topology().regions)
        require_possible(verb, target, hold)
        if verb == "restore":
            return await self._restore(target)
        if verb == "kill":
            return self._kill(target, hold or target.kind == "location")
        if target.kind == "link":
            return await self._cut(target)
        return await self._afflict(target, verb, amount)

    def reapply(self, child: Child) -> None:
        """A process that was started again is as broken as the one before it."""
        kind, _, location = child.plan.name.partition(":")
        if kind == "app" and self._app.get(location):
            self._later(self._tell_app(location))
        if kind == "links":
            cut = [fault.target for (_, verb), fault in self.force.items() if verb == "partition"]
            links = [Target("link", name.removeprefix("link:")) for name in cut if name.startswith("link:")]
            for target in links:
                self._later(self._tell_links("cut", target))

    def forget(self, topology: Topology) -> None:
        """Drops the faults of what is no longer there."""
        for target, verb in list(self.force):
            with contextlib.suppress(MeridianError):
                resolve(target, topology.regions)
                continue
            del self.force[(target, verb)]
            self._app.pop(target, {})

    def _kill(self, target: Target, hold: bool) -> str:
        if target.kind in ("edge", "envoy"):
            self._kill_envoy(target.name)
        if target.kind != "envoy":
            self._child(target).kill(hold=hold)
        if hold:
            self._note(target, "kill", _KILLED)
            return f"{target} is killed and stays down; bring it back with `meridian world restore {target}`"
        return f"{target} is killed; it is started again by itself"

    def _kill_envoy(self, region: str) -> None:
        folder = self.home.edge(region).resolve()
        for process, of in orphans.envoys(self.home.root):
            if of.resolve() == folder:
                process.signal(signal.SIGKILL)

    async def _cut(self, target: Target) -> str:
        await self._tell_links("cut", target)
        self._note(target, "partition", "nothing comes through")
        one, other = target.ends
        return (
            f"nothing passes between {one} and {other}; bring it back with `meridian world restore {target}`"
        )

    async def _afflict(self, target: Target, verb: str, amount: float) -> str:
        each: dict[str, dict[str, Any]] = {
            "slow": {"slow": int(amount)},
            "partition": {"hang": True},
            "errors": {"errors": amount},
        }
        wanted = each[verb]
        before = dict(self._app.get(target.name, {}))
        self._app[target.name] = {**before, **wanted}
        try:
            await self._tell_app(target.name)
        except MeridianError:
            self._app[target.name] = before
            raise
        detail = {
            "slow": f"every answer takes {int(amount)} ms longer",
            "partition": "connections are accepted, nothing is answered",
            "errors": f"{amount:.0%} of its answers are 500",
        }[verb]
        self._note(target, verb, detail)
        return f"{target}: {detail}; undo with `meridian world restore {target}`"

    async def _restore(self, target: Target) -> str:
        mine = [key for key in self.force if key[0] == str(target)]
        for key in mine:
            del self.force[key]
        if target.kind == "link":
            await self._tell_links("restore", target)
        elif target.kind != "envoy":
            child = self._child(target)
            was_held = child.held
            child.release()
            if target.kind == "location" and self._app.pop(target.name, {}) and not was_held:
                await self._tell_app(target.name)
        return f"{target} is restored" if mine else f"nothing was wrong with {target}"

    async def _restore_all(self) -> str:
        names = sorted({name for name, _ in self.force})
        for name in names:
            await self._restore(resolve(name, self.topology().regions))
        return f"restored: {', '.join(names)}" if names else "no fault was in force"

    def _child(self, target: Target) -> Child:
        name = {"location": f"app:{target.name}", "agent": f"edge:{target.name}"}.get(
            target.kind, str(target)
        )
        if name not in self.crew.children:
            raise InvalidInput(f"{target} is not run by this world", "it is your own; stop it where it runs")
        return self.crew.children[name]

    def _note(self, target: Target, verb: str, detail: str) -> None:
        self.force[(str(target), verb)] = Fault(str(target), verb, detail, time.time())

    async def _tell_app(self, location: str, patience: float = PATIENCE) -> None:
        await self._tell(
            self.home.app_faults(location), lambda: {**_NO_FAULT, **self._app.get(location, {})}, patience
        )

    async def _tell_links(self, command: str, target: Target, patience: float = PATIENCE) -> None:
        one, other = target.ends
        question = {"command": command, "one": one, "other": other}
        await self._tell(self.home.links_control, lambda: question, patience)

    async def _tell(self, socket: Path, question: Callable[[], dict[str, Any]], patience: float) -> None:
        """patience: seconds in which a process that is starting may come to listen. The question is asked for anew at each
        try, as a fault may have been restored meanwhile."""
        deadline = time.monotonic() + patience
        while True:
            try:
                await hotline.ask_async(socket, question())
            except Unavailable:
                if time.monotonic() >= deadline:
                    raise
                await asyncio.sleep(0.05)
                continue
            return

    def _later(self, work: Any) -> None:
        async def quietly() -> None:
            with contextlib.suppress(MeridianError):
                await work

        task = asyncio.create_task(quietly())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
