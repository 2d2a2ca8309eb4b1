"""Runs a whole world under one process: starts it, keeps it running, follows the configuration, stops all of
it.

The order of a start: whatever needs nothing starts at once (app, links, edges, which serve on their last
good snapshot); PostgreSQL and control beside them: control answers edges before PostgreSQL does.
"""

import asyncio
import contextlib
import json
import logging
import os
import secrets
import signal
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any

from meridian.core.errors import InvalidInput, MeridianError, Unavailable
from meridian.store.embedded import Embedded
from meridian.world import hotline, issuer, logs, orphans
from meridian.world import topology as topologies
from meridian.world.child import Child, ChildPlan
from meridian.world.crew import Crew
from meridian.world.fetch import fetch, fetch_async, fetch_json
from meridian.world.files import write_secret, write_text
from meridian.world.home import Home
from meridian.world.plan import Blueprint
from meridian.world.ports import Ports, allot, is_free, require_free
from meridian.world.process import identify
from meridian.world.sabotage import Sabotage
from meridian.world.topology import Topology, WorldFile

log = logging.getLogger(__name__)

PATIENCE = 60.0
"""Seconds that a part may take to be ready before the start is given up."""
REPORTS = 15.0
"""Seconds to wait for the edges' first reports before the banner."""
ATTEMPTS = 4
"""Crashes in a row after which a first start is given up."""
FOLLOW_EVERY = 2.0
INOTIFY = "fs.inotify.max_user_instances"
"""What Envoy says as it aborts because other processes of this user watch too many files."""
INOTIFY_TODO = f"stop other worlds, or raise it: sysctl {INOTIFY}=1024"

Tell = Callable[[str], None]


def prepare(home: Home, file: WorldFile, base: int) -> Blueprint:
    """Stops what an earlier run left, allots ports and writes what the processes will read. Call it holding
    the lock.

    Raises Conflict when a public port is in use."""
    orphans.stop(home.root)
    topology = topologies.saved(home.topology) or file.topology
    ports = allot(topology.regions, base, Ports.load(home.ports), is_free)
    require_free(ports)
    issuer.prepare(home.root, file.issuer, file.audience, file.claims)
    blueprint = Blueprint(home, topology, ports, file.path)
    blueprint.write()
    return blueprint


@dataclass(slots=True)
class Supervisor:
    """tell: where progress is told, one line a step. phase: "starting", "running" or "stopping"."""

    blueprint: Blueprint
    tell: Tell = lambda line: None
    phase: str = "starting"
    began: float = field(default_factory=time.time)
    failed: str = ""
    crew: Crew = field(init=False)
    sabotage: Sabotage = field(init=False)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _written: str = ""

    def __post_init__(self) -> None:
        self.crew = Crew(self._started)
        self.sabotage = Sabotage(self.blueprint.home, self.crew, lambda: self.blueprint.topology)

    async def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Until told to stop; then everything it started is gone. ready: called once when all parts answer.

        Raises Unavailable when the first start does not succeed."""
        line = await hotline.serve(self.blueprint.home.supervisor, self._obey)
        tasks = [asyncio.create_task(self._keep_house())]
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self.stopping.set)
        try:
            if not await self._start():
                return
            self.phase = "running"
            self._record()
            ready()
            tasks.append(asyncio.create_task(self._follow()))
            await self.stopping.wait()
        finally:
            self.phase = "stopping"
            for task in tasks:
                task.cancel()
            await self.crew.stop()
            await asyncio.to_thread(orphans.stop, self.blueprint.home.root, 2.0)
            hotline.hang_up(line, self.blueprint.home.supervisor)
            self._record()

    async def _start(self) -> bool:
        """Whether it got all the way; False when it was told to stop meanwhile."""
        starting = asyncio.create_task(self._start_all())
        stopped = asyncio.create_task(self.stopping.wait())
        await asyncio.wait({starting, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if starting.done():
            starting.result()
            return True
        starting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await starting
        return False

    async def _start_all(self) -> None:
        for plan in self.blueprint.parts().values():
            self.crew.add(plan)
        apps = [f"app:{location}" for location in self.blueprint.topology.locations]
        await _together(
            self._start_platform(), *(self._await(name, self._app_url(name), quiet=True) for name in apps)
        )

    async def _start_platform(self) -> None:
        url = os.environ.get("MERIDIAN_DATABASE_URL", "")
        if not url:
            embedded = Embedded(self.blueprint.home.root)
            self.crew.add(await asyncio.to_thread(_postgres, self.blueprint.home, embedded))
            url = embedded.url
            self.crew.add(self.blueprint.control_process(url))
            await self._await("postgres", lambda: asyncio.to_thread(embedded.ready))
        else:
            self.crew.add(self.blueprint.control_process(url))
        await self._await("control", self._answers(f"{self.blueprint.control}/readyz"))
        await _together(
            *(
                self._await(
                    f"edge:{region}", self._answers(f"{self.blueprint.edge_url(region)}/__meridian/ready")
                )
                for region in self.blueprint.topology.regions
            )
        )
        await self._reported()

    async def _reported(self) -> None:
        """Until control has heard of every edge, and each reaches all that it should, for a little while: they serve already."""
        url = f"{self.blueprint.control}/infrastructure/edges"
        token = self.blueprint.home.admin_token.read_text().strip()
        deadline = time.monotonic() + REPORTS
        while time.monotonic() < deadline:
            told = await asyncio.to_thread(fetch_json, url, token)
            if told and all(_sees_all(region) for region in told["regions"]):
                return
            await asyncio.sleep(0.05)

    def _app_url(self, name: str) -> Callable[[], Any]:
        port = self.blueprint.ports.apps[name.partition(":")[2]]
        return self._answers(f"http://127.0.0.1:{port}/healthz")

    @staticmethod
    def _answers(url: str) -> Callable[[], Any]:
        async def answers() -> bool:
            status, _ = await fetch_async(url)
            return status == 200

        return answers

    async def _await(self, name: str, ready: Callable[[], Any], *, quiet: bool = False) -> None:
        """Until it is ready. Raises Unavailable with the end of its log when it keeps crashing or takes too
        long."""
        began = time.monotonic()
        child = self.crew.children[name]
        while not await ready():
            waited = time.monotonic() - began
            if child.crashes >= ATTEMPTS or waited > PATIENCE:
                raise Unavailable(self._gave_up(child, waited), f"its log is {child.plan.log}")
            await asyncio.sleep(0.05)
        if not quiet:
            self.tell(f"{name} is ready ({time.monotonic() - began:.1f} s)")

    def _gave_up(self, child: Child, waited: float) -> str:
        name = child.plan.name
        why = (
            f"{child.last_exit} {child.crashes} times in a row"
            if child.crashes
            else f"was not ready in {waited:.0f} s"
        )
        kind, _, region = name.partition(":")
        if kind == "edge" and INOTIFY in logs.tail(
            self.blueprint.home.edge(region) / "log" / "envoy.log", 60
        ):
            return f"{name} {why}: this machine has no inotify instance left for its Envoy ({INOTIFY_TODO})"
        end = logs.tail(child.plan.log)
        return f"{name} {why}" + (f":\n{end}\n" if end else "")

    def _started(self, child: Child) -> None:
        self.sabotage.reapply(child)
        self._record()

    async def _keep_house(self) -> None:
        while True:
            await asyncio.sleep(2.0)
            self._record()
            await asyncio.to_thread(logs.bound, self.blueprint.home.root / "log")

    async def _follow(self) -> None:
        """Asks control which regions there are, and makes the world the same."""
        home = self.blueprint.home
        while True:
            await asyncio.sleep(FOLLOW_EVERY)
            status, body = await fetch_async(
                f"{self.blueprint.control}/infrastructure/topology", home.admin_token.read_text().strip()
            )
            if status != 200:
                continue
            try:
                wanted = topologies.from_answer(json.loads(body), self.blueprint.topology)
                if wanted != self.blueprint.topology:
                    await self._become(wanted)
            except (ValueError, KeyError, TypeError, OSError, MeridianError) as error:
                log.warning("the world could not follow the configuration and will try again: %s", error)

    async def _become(self, wanted: Topology) -> None:
        for region in wanted.regions:
            await asyncio.to_thread(self._admit, region)
        ports = allot(wanted.regions, self.blueprint.ports.base, self.blueprint.ports, self._usable)
        self.blueprint = replace(self.blueprint, topology=wanted, ports=ports)
        self.blueprint.write()
        self.sabotage.forget(wanted)
        await self.crew.follow(self.blueprint.parts(), keep=("control", "postgres", "links"))
        with contextlib.suppress(Unavailable):
            await hotline.ask_async(self.blueprint.home.links_control, {"command": "reload"})
        self._record()
        log.info("the world follows the configuration: regions %s", ", ".join(wanted.regions))

    def _admit(self, region: str) -> None:
        """Lets control know the token of a new region's edge: it reads the file of tokens only when it starts."""
        path = self.blueprint.home.edge_token(region)
        if path.exists():
            return
        wanted = {"name": f"edge-{region}-{secrets.token_hex(3)}", "role": "edge", "region": region}
        url = f"{self.blueprint.control}/infrastructure/tokens"
        status, body = fetch(url, self.blueprint.home.admin_token.read_text().strip(), 10.0, wanted)
        if not 200 <= status < 300:
            raise Unavailable(f"control made no token for the edge of {region} (status {status})")
        write_secret(path, json.loads(body)["token"] + "\n")

    def _usable(self, port: int) -> bool:
        return port in self.blueprint.ports.named() or is_free(port)

    async def _obey(self, question: dict[str, Any]) -> hotline.Answer:
        command = question.get("command")
        if command == "status":
            return self.describe()
        if command == "stop":
            self.stopping.set()
            return {"stopping": True}
        if command == "fault":
            sentence = await self.sabotage.carry_out(
                str(question["verb"]),
                str(question["target"]),
                hold=bool(question.get("hold")),
                amount=float(question.get("amount") or 0.0),
            )
            log.info("fault: %s", sentence)
            return {"sentence": sentence, "faults": self._faults()}
        raise InvalidInput(f"{command} is no command of the supervisor")

    def _faults(self) -> list[dict[str, Any]]:
        return [fault.to_json() for fault in self.sabotage.force.values()]

    def describe(self) -> dict[str, Any]:
        """JSON: what runs where, since when, and what is broken on purpose."""
        blueprint = self.blueprint
        return {
            "home": str(blueprint.home.root),
            "pid": os.getpid(),
            "phase": self.phase,
            "failed": self.failed,
            "since": self.began,
            "control": f"127.0.0.1:{blueprint.ports.control}",
            "regions": {region: list(there) for region, there in blueprint.topology.regions.items()},
            "urls": {region: blueprint.edge_url(region) for region in blueprint.topology.regions},
            "apps": {name: f"http://127.0.0.1:{port}" for name, port in blueprint.ports.apps.items()},
            "config": str(blueprint.config),
            "processes": self.crew.describe(),
            "faults": self._faults(),
        }

    def _record(self) -> None:
        """The same on disk, for whoever has to clean up after this process. A full disk must not stop the
        world."""
        described = {**self.describe(), "supervisor": {"pid": os.getpid(), "started": _own_start()}}
        for process in described["processes"]:
            del process["for"]  # it changes each time, and the file should not
        text = json.dumps(described, indent=2) + "\n"
        if text == self._written:
            return
        try:
            write_text(self.blueprint.home.state, text)
            self._written = text
        except OSError as error:
            log.warning("the state could not be written: %s", error.strerror)


async def _together(*parts: Coroutine[Any, Any, None]) -> None:
    """Until all are done. The first failure ends the others and is raised as it is."""
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


def _own_start() -> str:
    own = identify(os.getpid())
    return own.started if own else ""


def _postgres(home: Home, embedded: Embedded) -> ChildPlan:
    return ChildPlan(
        "postgres",
        embedded.command(),
        home.log("postgres"),
        embedded.env,
        stop=signal.SIGINT,
        grace=8.0,
        alone=True,
        before=embedded.prepare,
    )


def _sees_all(region: dict[str, Any]) -> bool:
    """Whether a region's edges run what they should and find every instance and every other edge healthy."""
    reports = [edge["report"] for edge in region["edges"]]
    return (
        bool(reports)
        and not region["sentence"]
        and all(report["health"] and all(host["healthy"] for host in report["health"]) for report in reports)
    )
