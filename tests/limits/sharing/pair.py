"""Two real edges of one region, with the same snapshot but for where they listen."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from meridian.config.inventory import Listen
from meridian.envoy.agent.overlays import STAMP
from meridian.envoy.compiler import compile_edges
from meridian.features import features
from meridian.limits.sharing.holding import holding
from tests.limits.edge import APP, RISKY, Shop, open_shop
from tests.support.envoys import Edge, Fleet, until
from tests.support.ports import reserve

RELOADED = "extension_config_discovery.http_filter.stamp.config_reload"


def hold(edge: Edge, share: float) -> None:
    """The edge holds this part of each limit from now on."""
    lay_stamp(edge, holding(edge.snapshot.resources[STAMP], share))


def lay_stamp(edge: Edge, stamp: bytes) -> None:
    """Returns once Envoy has taken it."""
    if edge.laid[STAMP] == stamp:
        return
    loaded = edge.stat(RELOADED)
    edge.lay({STAMP: stamp})
    until(lambda: edge.stat(RELOADED) > loaded, what="the stamp to be taken")


@dataclass(frozen=True)
class Pair:
    one: Shop
    two: Shop

    def hold(self, one: float, two: float) -> None:
        hold(self.edges[0], one)
        hold(self.edges[1], two)

    @property
    def edges(self) -> tuple[Edge, Edge]:
        return self.one.running.edges["EU"], self.two.running.edges["EU"]


@contextmanager
def open_pair(limits: Mapping[str, Any], folder: Path) -> Iterator[Pair]:
    with open_shop(limits, folder / "one", watches=True) as one:
        second = beside(one.running, folder / "two")
        try:
            second.start()
            until(lambda: second.ready(False), 40, "the second edge")
            two = Shop(replace(one.running, edges={"EU": second}))
            yield Pair(one, two)
        finally:
            second.stop()


def beside(first: Fleet, folder: Path) -> Edge:
    """Another edge of EU, on ports of its own."""
    public, peer = reserve(2)
    listen = {**first.inventory.listen, "EU": Listen(f"127.0.0.1:{public}", f"127.0.0.1:{peer}")}
    where = replace(first.inventory, listen=listen)
    snapshot = compile_edges(first.config, where, (*features(), RISKY), {}, {"app": APP.jwks})["EU"]
    return Edge(snapshot, folder, f"http://127.0.0.1:{public}", watches=True)
