"""Which regions and locations a world has: from the configuration at first, from what control has applied
afterwards."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from meridian.config.document import parse
from meridian.core.errors import InvalidInput, NotFound
from meridian.world.files import write_text
from meridian.world.geography import Place

DEFAULT_PROFILE = Path("profiles/avalo/meridian.yaml")
CLAIMS = {"user": "sub", "tier": "tier", "country": "country"}


@dataclass(frozen=True, slots=True)
class Topology:
    """regions: region -> locations, the home location first. places: location -> where it is. elsewhere:
    locations whose instances the configuration names itself, so that no sample app runs there."""

    regions: Mapping[str, tuple[str, ...]]
    places: Mapping[str, Place] = field(default_factory=dict)
    elsewhere: frozenset[str] = frozenset()

    @property
    def locations(self) -> dict[str, str]:
        """Location -> the first region that has it, for those where the sample app runs."""
        found: dict[str, str] = {}
        for region, there in self.regions.items():
            for location in there:
                if location not in self.elsewhere:
                    found.setdefault(location, region)
        return found

    def homes(self) -> dict[str, Place]:
        """Region -> where its home location is, where that is known."""
        return {
            r: self.places[there[0]] for r, there in self.regions.items() if there and there[0] in self.places
        }

    def save(self, path: Path) -> None:
        raw = {
            "regions": {region: list(there) for region, there in self.regions.items()},
            "places": {location: list(place) for location, place in self.places.items()},
            "elsewhere": sorted(self.elsewhere),
        }
        write_text(path, json.dumps(raw, indent=2) + "\n")


def from_answer(raw: Mapping[str, Any], before: Topology | None = None) -> Topology:
    """Of control's answer or a saved topology. What the answer does not tell is taken from `before`."""
    places = dict(before.places) if before else {}
    places |= {name: (float(at[0]), float(at[1])) for name, at in raw.get("places", {}).items()}
    elsewhere = set(raw.get("elsewhere", before.elsewhere if before else ()))
    for name, location in raw.get("locations", {}).items():
        places[name] = (float(location.get("latitude", 0.0)), float(location.get("longitude", 0.0)))
        (elsewhere.add if location.get("instances") else elsewhere.discard)(name)
    regions = {str(region): _locations(there) for region, there in raw["regions"].items()}
    return Topology(regions, places, frozenset(elsewhere))


def _locations(there: Any) -> tuple[str, ...]:
    """Control describes a region as an object; a saved topology only lists its locations."""
    return tuple(there["locations"] if isinstance(there, Mapping) else there)


def saved(path: Path) -> Topology | None:
    try:
        return from_answer(json.loads(path.read_text()))
    except (OSError, ValueError, KeyError, TypeError):
        return None


@dataclass(frozen=True, slots=True)
class WorldFile:
    """What a world needs to know of a configuration before control has read it."""

    path: Path
    app: str
    topology: Topology
    issuer: str
    audience: str
    claims: dict[str, str]


def read(path: Path) -> WorldFile:
    """Raises InvalidInput with the place of the mistake when the text is no configuration; control checks
    the rest."""
    document = parse(path.read_bytes())
    for problem in document.problems[:1]:
        where = f"{path}:{problem.mark.line}" if problem.mark else str(path)
        raise InvalidInput(f"{where}: {problem.finding.what}", problem.finding.todo)
    try:
        return _understood(path, document.value)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidInput(
            f"{path} is no configuration ({error!r})", "`meridian validate` says what is wrong"
        ) from None


def _understood(path: Path, value: Mapping[str, Any]) -> WorldFile:
    locations: Mapping[str, Any] = {name: there or {} for name, there in value["locations"].items()}
    regions = {name: tuple(region["locations"]) for name, region in value["regions"].items()}
    places = {
        name: (float(at.get("latitude", 0.0)), float(at.get("longitude", 0.0)))
        for name, at in locations.items()
    }
    elsewhere = frozenset(name for name, at in locations.items() if at.get("instances"))
    identity = value["identity"]
    claims = {**CLAIMS, **(identity.get("claims") or {})}
    topology = Topology(regions, places, elsewhere)
    return WorldFile(
        path, str(value["app"]["name"]), topology, identity["issuer"], identity["audience"], claims
    )


def find_profile() -> Path:
    """The Avalo profile: of the project that the working folder is in, of this checkout, or inside the
    installed package.

    Raises NotFound.
    """
    here = Path.cwd()
    package = Path(__file__).resolve().parents[1]
    for folder in (here, *here.parents, package, *package.parents):
        if (folder / DEFAULT_PROFILE).is_file():
            return folder / DEFAULT_PROFILE
    raise NotFound("no configuration was found", "give one with --config, or write one with `meridian init`")
