"""The residency rules of a configuration, worked out anew for checking answers from the outside.

On purpose this does not use the compiler: what checks it must not share its mistakes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from meridian.config.document import parse


@dataclass(frozen=True, slots=True)
class Law:
    """region_of: country -> region. sets: residency set -> locations. bound: region -> its set. features: path prefix ->
    "home", "open" or the name of a set."""

    region_of: Mapping[str, str]
    default: str
    sets: Mapping[str, frozenset[str]]
    bound: Mapping[str, str]
    features: Mapping[str, str]

    def home(self, country: str) -> str:
        return self.region_of.get(country, self.default)

    def allowed(self, path: str, home: str) -> frozenset[str] | None:
        """The locations that may answer `path` for a user at home in `home`; None where any may."""
        rule = self._rule(path)
        if rule == "home":
            rule = self.bound.get(home, "")
        if rule in ("open", ""):
            return None
        return self.sets[rule]

    def broken(self, path: str, home: str, location: str) -> bool:
        """Whether this answer came from where it must not."""
        allowed = self.allowed(path, home)
        return allowed is not None and location not in allowed

    def _rule(self, path: str) -> str:
        while path:
            if path in self.features:
                return self.features[path]
            path = path.rpartition("/")[0]
        return ""


def law(text: str) -> Law:
    """Of a configuration's text, which control has accepted."""
    value: Mapping[str, Any] = parse(text.encode()).value
    region_of = {country: region for region, countries in value["countries"].items() for country in countries}
    sets = {name: frozenset(residency["locations"]) for name, residency in value["residency"].items()}
    bound = {name: region["residency"] for name, region in value["regions"].items()}
    features = {
        path: feature.get("residency", "home")
        for feature in value["features"].values()
        for path in feature["paths"]
    }
    return Law(region_of, value["default_region"], sets, bound, features)
