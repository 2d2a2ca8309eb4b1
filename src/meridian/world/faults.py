"""What can be broken in a world, by name, and what is broken now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from meridian.core.errors import InvalidInput, NotFound
from meridian.core.suggest import did_you_mean

PLATFORM = ("control", "postgres", "links")
VERBS = ("kill", "restore", "slow", "partition", "errors")


@dataclass(frozen=True, slots=True)
class Target:
    """kind: "location", "control", "postgres", "links", "edge", "agent", "envoy" or "link". name: location
    or region; for a link, the two regions as "EU:US"."""

    kind: str
    name: str = ""

    def __str__(self) -> str:
        if self.kind == "location":
            return self.name
        return f"{self.kind}:{self.name}" if self.name else self.kind

    @property
    def ends(self) -> tuple[str, str]:
        """A link's two regions."""
        one, _, other = self.name.partition(":")
        return one, other


@dataclass(frozen=True, slots=True)
class Fault:
    """verb: how it is broken. detail: for a person ("500 ms slower"). since: seconds since the epoch."""

    target: str
    verb: str
    detail: str
    since: float

    def to_json(self) -> dict[str, Any]:
        return {"target": self.target, "verb": self.verb, "detail": self.detail, "since": self.since}


def targets(regions: Mapping[str, Iterable[str]]) -> dict[str, Target]:
    """Everything that can be broken in a world of these regions (region -> locations), by the name to
    give."""
    found = [Target("location", location) for there in regions.values() for location in there]
    found += [Target(kind) for kind in PLATFORM]
    found += [Target(kind, region) for region in regions for kind in ("edge", "agent", "envoy")]
    names = list(regions)
    for number, one in enumerate(names):
        found += [Target("link", f"{one}:{other}") for other in names[number + 1 :]]
    return {str(target): target for target in found}


def resolve(name: str, regions: Mapping[str, Iterable[str]]) -> Target:
    """The target that a person names. Raises NotFound with the nearest name there is."""
    known = targets(regions)
    if name in known:
        return known[name]
    if name.startswith("link:"):
        one, _, other = name.removeprefix("link:").partition(":")
        if (turned := f"link:{other}:{one}") in known:
            return known[turned]
    raise NotFound(f"there is no {name} in this world", did_you_mean(name, known))


def require_possible(verb: str, target: Target, hold: bool) -> None:
    """Raises InvalidInput where a fault makes no sense for a target, with what does."""
    if verb in ("slow", "errors") and target.kind != "location":
        raise InvalidInput(f"{target} cannot be given `{verb}`", "name a location, such as europe-west1")
    if verb == "partition" and target.kind not in ("location", "link"):
        raise InvalidInput(f"{target} cannot be partitioned", "name a location, or a link such as link:EU:US")
    if verb == "kill" and target.kind == "link":
        raise InvalidInput(f"{target} is no process", "use `meridian world partition` for a link")
    if verb == "kill" and hold and target.kind == "envoy":
        region = target.name
        raise InvalidInput(
            f"the agent of {region} starts its Envoy again", f"hold the whole edge: edge:{region}"
        )
