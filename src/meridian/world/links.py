"""All links between regions in one process: a listening relay for each ordered pair, and cuts on demand."""

import argparse
import asyncio
import contextlib
import json
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvloop

from meridian.core.errors import NotFound
from meridian.world import hotline
from meridian.world.relay import Link, Near


@dataclass(frozen=True, slots=True)
class LinkPlan:
    """asking, asked: regions. listen: port on loopback. target: port of the asked region's edge. round_trip:
    seconds."""

    asking: str
    asked: str
    listen: int
    target: int
    round_trip: float


@dataclass(slots=True)
class Links:
    """The links that are open, by (asking, asked)."""

    open: dict[tuple[str, str], tuple[LinkPlan, Link, asyncio.Server]] = field(default_factory=dict)
    cut: set[frozenset[str]] = field(default_factory=set)

    async def follow(self, plans: Sequence[LinkPlan]) -> None:
        """Opens what is new, closes what is gone; links that stay as they are keep their connections."""
        wanted = {(plan.asking, plan.asked): plan for plan in plans}
        for pair, (plan, link, server) in list(self.open.items()):
            if wanted.get(pair) != plan:
                server.close()
                link.close()
                del self.open[pair]
        loop = asyncio.get_running_loop()
        for pair, plan in wanted.items():
            if pair in self.open:
                continue
            link = Link(plan.asking, plan.asked, "127.0.0.1", plan.target, plan.round_trip / 2)
            link.cut = frozenset(pair) in self.cut
            server = await loop.create_server(
                lambda link=link: Near(link, loop),  # type: ignore[misc]
                "127.0.0.1",
                plan.listen,
                backlog=1024,
            )
            self.open[pair] = (plan, link, server)

    def set_cut(self, one: str, other: str, cut: bool) -> None:
        """Both directions between two regions. Raises NotFound when no link is between them."""
        pair = frozenset((one, other))
        links = [link for _, link, _ in self.open.values() if {link.asking, link.asked} == pair]
        if not links:
            raise NotFound(
                f"there is no link between {one} and {other}", "`meridian world status` names them"
            )
        (self.cut.add if cut else self.cut.discard)(pair)
        for link in links:
            if cut:
                link.cut = True
            else:
                link.restore()

    def close(self) -> None:
        for _, link, server in self.open.values():
            server.close()
            link.close()


def load(path: Path) -> list[LinkPlan]:
    return [LinkPlan(**raw) for raw in json.loads(path.read_text())]


async def serve(plan: Path, control: Path, stop: asyncio.Event) -> None:
    """Until `stop` is set. plan: a JSON list of LinkPlan, read again when told. control: the Unix socket to
    tell it at."""
    links = Links()
    await links.follow(load(plan))

    async def obey(question: dict[str, Any]) -> hotline.Answer:
        if question["command"] == "reload":
            await links.follow(load(plan))
        elif question["command"] in ("cut", "restore"):
            links.set_cut(question["one"], question["other"], question["command"] == "cut")
        return {"links": len(links.open), "cut": [sorted(pair) for pair in links.cut]}

    line = await hotline.serve(control, obey)
    try:
        await stop.wait()
    finally:
        hotline.hang_up(line, control)
        links.close()


async def _main(plan: Path, control: Path) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await serve(plan, control, stop)


def main(arguments: Sequence[str] | None = None) -> None:
    """`python -m meridian.world.links PLAN --control SOCKET`, as the supervisor starts it."""
    parser = argparse.ArgumentParser(prog="meridian world links")
    parser.add_argument("plan", type=Path)
    parser.add_argument("--control", type=Path, required=True)
    given = parser.parse_args(arguments)
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(_main(given.plan, given.control))


if __name__ == "__main__":
    main()
