"""How a world is, put together from its supervisor, from control, and, where those do not answer, from the
disk."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from meridian.core.errors import InvalidInput, Unavailable
from meridian.world import hotline, orphans, stranding
from meridian.world.fetch import fetch_json
from meridian.world.home import Home

WELL, DEGRADED, NOT_RUNNING = 0, 3, 4


@dataclass(frozen=True, slots=True)
class EdgeCondition:
    """digest: of the snapshot it serves on. source: "control" or "disk". sentence: what is wrong, or
    empty. unreached: locations and regions that its health checks find down."""

    region: str
    digest: str
    envoy: str
    source: str
    sentence: str
    config_version: int = 0
    rejection: str = ""
    unreached: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "region": self.region,
            "digest": self.digest,
            "config_version": self.config_version,
            "envoy": self.envoy,
            "source": self.source,
            "rejection": self.rejection,
            "unreached": list(self.unreached),
            "sentence": self.sentence,
        }


@dataclass(frozen=True, slots=True)
class Condition:
    """code: exit status (0 all well, 3 degraded, 4 not running). world: as the supervisor describes itself,
    or empty. drains: as control tells them; None where it does not answer."""

    code: int
    sentence: str
    world: Mapping[str, Any]
    edges: Sequence[EdgeCondition] = ()
    drains: Sequence[Mapping[str, Any]] | None = None

    def to_json(self) -> dict[str, Any]:
        state = {WELL: "well", DEGRADED: "degraded", NOT_RUNNING: "not running"}[self.code]
        return {
            "state": state,
            "sentence": self.sentence,
            **self.world,
            "edges": [edge.to_json() for edge in self.edges],
            "drains": self.drains,
        }


def look(root: Path) -> Condition:
    """Asks everyone there is to ask; takes a few seconds at most."""
    if not root.exists():
        return Condition(NOT_RUNNING, f"no world is running in {root}; start one with `meridian up`", {})
    home = Home.seen(root)
    try:
        world = hotline.ask(home.supervisor, {"command": "status"}, timeout=5.0)
    except (Unavailable, InvalidInput):
        return _without_supervisor(home)
    control = f"http://{world['control']}/infrastructure"
    token = home.admin_token.read_text().strip()
    told = fetch_json(f"{control}/edges", token)
    edges = [_from_control(region) for region in told["regions"]] if told else from_disk(home, world)
    missing = str(told.get("sentence", "")) if told else ""
    answer = fetch_json(f"{control}/drains", token) if told else None
    drains = answer["drains"] if answer else None
    stranded = stranding.sentences(world, drains or (), lambda: fetch_json(f"{control}/config", token))
    sentence = "; ".join([*stranded, *filter(None, [judge(world, edges, missing, drains or ())])])
    return Condition(DEGRADED if sentence else WELL, sentence or _well(world, edges), world, edges, drains)


def _without_supervisor(home: Home) -> Condition:
    left = orphans.find(home.root)
    if left:
        pids = ", ".join(str(process.pid) for process in left[:6])
        sentence = f"the supervisor is gone, and {len(left)} processes it started still run (PID {pids}); "
        return Condition(NOT_RUNNING, sentence + "`meridian down` stops them, `meridian up` starts anew", {})
    return Condition(NOT_RUNNING, f"no world is running in {home.root}; start one with `meridian up`", {})


def _from_control(raw: Mapping[str, Any]) -> EdgeCondition:
    """Of one region as `GET /infrastructure/edges` tells it; of several edges, the one that is worst off."""
    edges = sorted(raw["edges"], key=lambda edge: (not edge["sentence"], edge["age"]))
    if not edges:
        return EdgeCondition(
            raw["region"], "", "unknown", "control", raw["sentence"] or "no edge has reported"
        )
    worst = edges[0]
    rejection = worst["rejection"] or {}
    health = worst["report"]["health"]
    return EdgeCondition(
        raw["region"],
        worst["digest"],
        worst["envoy"],
        "control",
        worst["sentence"],
        worst["config_version"],
        f"{rejection['digest']}: {rejection['reason']}" if rejection else "",
        tuple(sorted({host["location"] for host in health if not host["healthy"]})),
    )


def from_disk(home: Home, world: Mapping[str, Any]) -> list[EdgeCondition]:
    """What can be seen of the edges without control: the last good snapshot, and whether Envoy runs."""
    running = {folder.resolve() for _, folder in orphans.envoys(home.root)}
    found = []
    for region in world["regions"]:
        folder = home.edge(region)
        digest, version = _last_good(folder / "snapshots" / "last-good.json")
        live = folder.resolve() in running
        sentence = "" if live and digest else "Envoy is not running" if digest else "has no snapshot yet"
        found.append(EdgeCondition(region, digest, "running" if live else "down", "disk", sentence, version))
    return found


def _last_good(path: Path) -> tuple[str, int]:
    try:
        raw = json.loads(path.read_bytes())
        return str(raw["digest"]), int(raw["config_version"])
    except (OSError, ValueError, KeyError, TypeError):
        return "", 0


def judge(
    world: Mapping[str, Any],
    edges: Sequence[EdgeCondition],
    compilation: str = "",
    drains: Sequence[Mapping[str, Any]] = (),
) -> str:
    """What is wrong, in one sentence; empty when nothing is. What stands in the way of most comes first."""
    said = []
    if world["phase"] != "running":
        said.append(f"the world is {world['phase']}")
    down = {process["name"]: process for process in world["processes"] if process["state"] != "running"}
    for name in ("postgres", "control"):
        if name in down:
            said.append(f"{name} is down since {_seconds(down[name]['for'])}" + _because(down[name]))
    blind = any(edge.source == "disk" for edge in edges)
    if blind and "control" not in down:
        said.append("control does not answer")
    if blind:
        said.append(_serving(edges))
    if compilation:
        said.append(compilation)
    said += _others(down)
    said += [_fault(fault) for fault in world["faults"] if not _told(fault, down)]
    said += [sentence for drain in drains if (sentence := _drain(drain))]
    if not blind:
        said += [
            f"edge {edge.region}: {edge.sentence}"
            for edge in edges
            if edge.sentence and not _held(edge, down)
        ]
        said += _unreached(world, edges, down)
    return "; ".join(said)


def _unreached(
    world: Mapping[str, Any], edges: Sequence[EdgeCondition], down: Mapping[str, Any]
) -> list[str]:
    """What edges cannot reach, other than what is known to be down or afflicted anyway."""
    known = {name.partition(":")[2] for name in down} | {fault["target"] for fault in world["faults"]}
    known |= {region for region, locations in world["regions"].items() if known & set(locations)}
    return [
        f"edge {edge.region} does not reach {', '.join(there)}"
        for edge in edges
        if (there := [name for name in edge.unreached if name not in known])
    ]


def _serving(edges: Sequence[EdgeCondition]) -> str:
    live = [edge for edge in edges if edge.envoy == "running"]
    if len(live) < len(edges):
        return f"{len(live)} of {len(edges)} edges serve on their last good snapshots"
    digests = sorted({edge.digest[:8] for edge in live})
    return f"edges serve on their last good snapshot{'s' if len(digests) > 1 else ''} {', '.join(digests)}"


def _others(down: Mapping[str, Mapping[str, Any]]) -> list[str]:
    said = []
    for name, process in down.items():
        kind, _, of = name.partition(":")
        since = f"is down since {_seconds(process['for'])}{_because(process)}"
        if kind == "app":
            said.append(f"{of} {since}")
        elif kind == "edge":
            said.append(f"the agent of edge {of} {since}")
        elif kind == "links":
            said.append(f"the process of the links between regions {since}")
    return said


def _because(process: Mapping[str, Any]) -> str:
    if process["state"] == "held":
        return " (killed on purpose)"
    if process["restarts"] > 1 and process["last_exit"]:
        return f" ({process['last_exit']}, {process['restarts']} restarts)"
    return f" ({process['last_exit']})" if process["last_exit"] else ""


def _fault(fault: Mapping[str, Any]) -> str:
    return f"{fault['target']}: {fault['detail']} (a fault, for {_seconds(time.time() - fault['since'])})"


def _told(fault: Mapping[str, Any], down: Mapping[str, Any]) -> bool:
    """Whether a fault was told already, as a process that is down."""
    target = str(fault["target"])
    names = {target, f"app:{target}", target.replace("agent:", "edge:")}
    return fault["verb"] == "kill" and bool(names & set(down))


def _drain(drain: Mapping[str, Any]) -> str:
    """Empty once all of its traffic is back."""
    location, away, to = drain["location"], drain["share"], drain["to"]
    if away < to:
        return f"{location} is being drained, {away * 100:.0f} % of {to * 100:.0f} %"
    if away > to:
        return f"{location} is being returned, {away * 100:.0f} % of its traffic is still away"
    return f"{location} is drained to {away * 100:.0f} %" if away else ""


def _held(edge: EdgeCondition, down: Mapping[str, Any]) -> bool:
    return f"edge:{edge.region}" in down


def _seconds(value: float) -> str:
    return f"{value:.0f} s" if value < 120 else f"{value / 60:.0f} min"


def _well(world: Mapping[str, Any], edges: Sequence[EdgeCondition]) -> str:
    return f"All well: {len(world['processes'])} processes and {len(edges)} edges in {len(world['regions'])} regions"
