"""Reads and reorders the endpoints of one cluster: which locations share which priority, with which weights. Pure."""

import json
from dataclasses import dataclass

from meridian.envoy.snapshot import Json, response


@dataclass(frozen=True, slots=True)
class Assignment:
    """One cluster's `ClusterLoadAssignment`. zones: the locations (and peer regions) in the order in which they are tried.
    shared: whether the first priority is already divided, by a drain that is under way."""

    cluster: str
    zones: tuple[str, ...]
    shared: bool
    raw: Json

    @classmethod
    def parse(cls, content: bytes) -> "Assignment":
        """From an endpoints file."""
        return cls.of(json.loads(content)["resources"][0])

    @classmethod
    def of(cls, raw: Json) -> "Assignment":
        localities = sorted(raw.get("endpoints", ()), key=lambda each: each.get("priority", 0))
        first = [each for each in localities if each.get("priority", 0) == 0]
        return cls(
            raw["cluster_name"], tuple(each["locality"]["zone"] for each in localities), len(first) > 1, raw
        )

    def reordered(self, priorities: tuple[dict[str, int], ...]) -> bytes:
        """The same endpoints under other priorities. priorities: each its zones with their weights in percent."""
        by_zone = {each["locality"]["zone"]: each for each in self.raw["endpoints"]}
        localities = [
            by_zone[zone] | {"priority": number, "load_balancing_weight": weight}
            for number, group in enumerate(priorities)
            for zone, weight in group.items()
        ]
        return response([self.raw | {"endpoints": localities}])
