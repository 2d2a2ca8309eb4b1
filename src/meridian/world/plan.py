"""What a world consists of, worked out without starting anything: processes, inventory, links."""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from meridian.config.inventory import Inventory, Listen
from meridian.world.child import ChildPlan
from meridian.world.files import write_text
from meridian.world.geography import round_trip
from meridian.world.home import Home
from meridian.world.links import LinkPlan
from meridian.world.ports import Ports
from meridian.world.program import meridian
from meridian.world.topology import Topology

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Blueprint:
    """config: the file that control starts with when nothing has been applied yet."""

    home: Home
    topology: Topology
    ports: Ports
    config: Path

    @property
    def control(self) -> str:
        return f"http://{LOOPBACK}:{self.ports.control}"

    def edge_url(self, region: str) -> str:
        return f"http://{LOOPBACK}:{self.ports.edges[region]}"

    def inventory(self) -> Inventory:
        regions = list(self.topology.regions)
        return Inventory(
            instances={
                location: {"default": (f"{LOOPBACK}:{self.ports.apps[location]}",)}
                for location in self.topology.locations
            },
            peers={
                asking: {
                    asked: f"{LOOPBACK}:{self.ports.links[f'{asking}>{asked}']}"
                    for asked in regions
                    if asked != asking
                }
                for asking in regions
            },
            listen={
                region: Listen(
                    f"{LOOPBACK}:{self.ports.edges[region]}", f"{LOOPBACK}:{self.ports.peers[region]}"
                )
                for region in regions
            },
            control=f"{LOOPBACK}:{self.ports.control}",
            urls={region: self.edge_url(region) for region in regions},
        )

    def links(self) -> list[LinkPlan]:
        places = self.topology.homes()
        found = []
        for pair, port in self.ports.links.items():
            asking, _, asked = pair.partition(">")
            found.append(
                LinkPlan(asking, asked, port, self.ports.peers[asked], round_trip(asking, asked, places))
            )
        return found

    def write(self) -> None:
        """What the processes read at their start: ports, topology, links, inventory, tokens."""
        self.home.write_tokens(self.topology.regions)
        self.ports.save(self.home.ports)
        self.topology.save(self.home.topology)
        write_text(self.home.links_plan, json.dumps([asdict(link) for link in self.links()], indent=2) + "\n")
        write_text(self.home.inventory, self.inventory().dump() + "\n")

    def app_of(self, location: str) -> ChildPlan:
        argv = [sys.executable, "-m", "meridian.world.app", location]
        argv += ["--region", self.topology.locations[location]]
        argv += ["--listen", f"{LOOPBACK}:{self.ports.apps[location]}"]
        argv += ["--faults", str(self.home.app_faults(location)), "--control", self.control]
        argv += ["--token-file", str(self.home.app_token), "--under-way", str(self.home.under_way(location))]
        return ChildPlan(f"app:{location}", argv, self.home.log(f"app-{location}"), grace=1.0)

    def links_process(self) -> ChildPlan:
        argv = [sys.executable, "-m", "meridian.world.links", str(self.home.links_plan)]
        argv += ["--control", str(self.home.links_control)]
        return ChildPlan("links", argv, self.home.log("links"), grace=1.0)

    def agent_of(self, region: str) -> ChildPlan:
        folder = self.home.edge(region)
        argv = [*meridian(), "edge", region, "--home", str(folder), "--control", self.control]
        argv += ["--token-file", str(self.home.edge_token(region))]
        env = {"MERIDIAN_EDGE_KEY": self.home.edge_key()}
        return ChildPlan(f"edge:{region}", argv, self.home.log(f"edge-{region}"), env, grace=8.0)

    def control_process(self, database_url: str) -> ChildPlan:
        argv = [*meridian(), "control", "--home", str(self.home.root)]
        argv += ["--listen", f"{LOOPBACK}:{self.ports.control}", "--config", str(self.config)]
        argv += ["--inventory", str(self.home.inventory), "--bootstrap-tokens", str(self.home.tokens)]
        env = {"MERIDIAN_DATABASE_URL": database_url, "MERIDIAN_EDGE_KEY": self.home.edge_key()}
        env["MERIDIAN_HOME"] = str(self.home.root)  # for the load tests that it starts
        return ChildPlan("control", argv, self.home.log("control"), env, grace=5.0)

    def parts(self) -> Mapping[str, ChildPlan]:
        """Everything that follows the topology, by name; PostgreSQL and control stay whatever it is."""
        apps = [self.app_of(location) for location in self.topology.locations]
        agents = [self.agent_of(region) for region in self.topology.regions]
        return {plan.name: plan for plan in [*apps, self.links_process(), *agents]}
