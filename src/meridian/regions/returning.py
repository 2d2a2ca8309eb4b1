"""The edge loop around `recovery`: reads health, lays divided endpoints over the snapshot, and tells what turned and why."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from meridian.core.decision import Decision, clip
from meridian.envoy.cluster import endpoints_file
from meridian.envoy.report import HostHealth
from meridian.envoy.snapshot import Json, Snapshot
from meridian.regions.assignment import Assignment
from meridian.regions.recovery import Line, Phase, Place, Turn, advance, division, replayed

NAME = "regions.recovery"
_KINDS: dict[Phase, str] = {"down": "failover", "returning": "return-start", "normal": "return-end"}


@dataclass(slots=True)
class Recovery:
    """One edge's recovery. Turns of one location within a second of each other are one decision, as they have one cause."""

    name: str = NAME
    _parsed: tuple[Mapping[str, bytes], dict[str, tuple[Line, Assignment]]] = field(
        default_factory=lambda: ({}, {})
    )
    _places: dict[str, Place] = field(default_factory=dict)
    _turns: dict[tuple[str, Phase], list[Turn]] = field(default_factory=lambda: defaultdict(list))

    def step(
        self, snapshot: Snapshot, health: Sequence[HostHealth], now: datetime, monotonic: float
    ) -> tuple[Mapping[str, bytes], Sequence[Decision]]:
        lines = self._lines(snapshot)
        counts = _counts(health)
        overlays: dict[str, bytes] = {}
        turned: set[tuple[str, Phase]] = set()
        for file, (line, assignment) in lines.items():
            place, turn = advance(
                line,
                self._places.get(file, Place("starting", monotonic)),
                counts.get(line.cluster, {}),
                monotonic,
            )
            self._places[file] = place
            if turn:
                key = (line.zones[0], turn.after)
                self._turns[key].append(turn)
                turned.add(key)
            divided = division(line, place, monotonic)
            if divided:
                overlays[file] = assignment.reordered(divided)
        settled = [key for key in self._turns if key not in turned]
        return overlays, [explain(snapshot.region, self._turns.pop(key)) for key in settled]

    def replay(self, evidence: Mapping[str, Any]) -> Sequence[Decision]:
        """The decision that the evidence leads to; see `core.controller`."""
        phases = replayed(evidence)
        turns = [
            Turn(**{**turn, "zones": tuple(turn["zones"]), "after": phase})
            for turn, phase in zip(evidence["turns"], phases, strict=True)
        ]
        return [explain(evidence["edge"], turns)]

    def _lines(self, snapshot: Snapshot) -> dict[str, tuple[Line, Assignment]]:
        """The clusters by endpoints file. One that is being drained is left to the drain."""
        relevant = {name: content for name, content in snapshot.resources.items() if _about_clusters(name)}
        before, lines = self._parsed
        if relevant == before:
            return lines
        lines = {}
        for cluster in json.loads(snapshot.resources["clusters.json"])["resources"]:
            if "health_checks" not in cluster:
                continue
            file = endpoints_file(cluster["name"])
            found = (
                Assignment.parse(snapshot.resources[file]) if file in snapshot.resources else _inline(cluster)
            )
            if found.zones and not found.shared:
                lines[file] = (
                    Line(found.cluster, found.zones, _window(cluster) if file in snapshot.resources else 0.0),
                    found,
                )
        self._parsed = (relevant, lines)
        self._places = {name: place for name, place in self._places.items() if name in lines}
        return lines


def _about_clusters(file: str) -> bool:
    return file == "clusters.json" or file.startswith("endpoints/")


def explain(edge: str, turns: Sequence[Turn]) -> Decision:
    """One decision for turns of one location to one phase."""
    first = turns[0]
    zone, after = first.zones[0], first.after
    services = sorted({turn.cluster.partition("@")[0] for turn in turns})
    many = services[0] if len(services) == 1 else f"{len(services)} services"
    left = [other for other in first.zones[1:] if first.healthy.get(other, 1) > 0]
    then = f"sends on to {left[0]}" if left else "has no allowed place left and answers 503"
    total = first.total.get(zone, 0)
    sentences: dict[Phase, str] = {
        "down": f"{zone}: 0 of {total} healthy for {many}, seen from edge {edge}, which {then}",
        "returning": f"{zone} is healthy again for {many}; edge {edge} gives its traffic back over {first.return_over:g} s",
        "normal": f"{zone} has all of its traffic for {many} again at edge {edge}, after {first.elapsed:.0f} s",
    }
    return Decision(
        controller=NAME,
        kind=_KINDS[after],
        subject=zone,
        sentence=clip(sentences[after]),
        evidence={"edge": edge, "turns": [turn.to_json() for turn in turns]},
        actor=f"edge {edge}",
    )


def _inline(cluster: Json) -> Assignment:
    return Assignment.of(cluster["load_assignment"])


def _window(cluster: Json) -> float:
    """`return_over` in seconds: the slow-start window that the compiler wrote for the cluster's instances."""
    window = str(cluster["round_robin_lb_config"]["slow_start_config"]["slow_start_window"])
    return float(window.removesuffix("s"))


def _counts(health: Sequence[HostHealth]) -> dict[str, dict[str, tuple[int, int]]]:
    found: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for host in health:
        healthy, total = found[host.cluster].get(host.location, (0, 0))
        found[host.cluster][host.location] = (healthy + host.healthy, total + 1)
    return found
