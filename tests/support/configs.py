"""Configurations for tests: a small one as a person would write it, and generated ones of every shape.

The generator makes each choice through a `Choose`, so that hypothesis can shrink a failure and a plain seeded
`random.Random` can make ten thousand quickly; both walk the same code.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

import yaml
from hypothesis import strategies as st

from meridian.config.inventory import Inventory, Listen
from meridian.config.model import config_model
from meridian.config.schema.root import Config
from meridian.features import features
from meridian.geo.countries import countries

T = TypeVar("T")

CONTINENTS = {"EU": ("EU", "AF"), "US": ("NA", "SA"), "APAC": ("AS", "OC", "AN")}
JWK = {
    "alg": "ES256",
    "crv": "P-256",
    "kid": "test",
    "kty": "EC",
    "use": "sig",
    "x": "WKn-ZIGevcwGIyyrzFoZNBdaq9_TsqzGl96oc0CWuis",
    "y": "y77t-RvAHRKTsSGdIYUfweuOvwrvDD-Q3Hv5J0fSKbE",
}
"""A public key whose private half nobody kept: for compiled files, not for verifying."""
KEYS: Mapping[str, Any] = {"app": {"keys": [JWK]}, "meridian": {"keys": [JWK]}}

_SMALL = """\
version: 1
app: {name: shop}
identity: {issuer: "https://id.example", audience: shop}
locations:
  europe-west1: {}
  europe-west4: {}
  us-central1: {}
  asia-south1: {}
regions:
  EU: {locations: [europe-west1, europe-west4], residency: gdpr, priority: 0}
  US: {locations: [us-central1], residency: ccpa, priority: 0}
  APAC: {locations: [asia-south1], residency: apac, priority: 1}
default_region: EU
residency:
  gdpr: {locations: [europe-west1, europe-west4], why: GDPR}
  ccpa: {locations: [us-central1], why: CCPA}
  apac: {locations: [asia-south1]}
services:
  chat: {}
  wallet: {timeout: 5s, try_timeout: 1s}
  media: {}
  ai: {timeout: 3s}
features:
  chat: {service: chat, paths: [/v1/chat]}
  chat-search: {service: chat, paths: [/v1/chat/search], route: optimal}
  wallet: {service: wallet, paths: [/v1/wallet, /v1/tokens], route: pinned, region: EU, residency: gdpr}
  media: {service: media, paths: [/v1/media], route: nearest, residency: open, failover: any}
  ai: {service: ai, paths: [/v1/ai], route: optimal, residency: open, failover: any}
"""


def small_text(**replaced: Any) -> str:
    """The small configuration as a file. replaced: whole sections, laid over it."""
    return yaml.safe_dump(_raw() | replaced, sort_keys=False)


def small(**replaced: Any) -> Config:
    """3 regions, 4 locations, 5 features. replaced: whole sections, laid over it, also those of Meridian's features."""
    model = config_model(features()) if replaced.keys() - Config.model_fields.keys() else Config
    return model.model_validate(_raw() | replaced)


def _raw() -> dict[str, Any]:
    raw: dict[str, Any] = yaml.safe_load(_SMALL)
    raw["countries"] = {
        region: [each.code for each in countries().values() if each.continent in there]
        for region, there in CONTINENTS.items()
    }
    return raw


def local_inventory(
    config: Config,
    apps: Mapping[str, int] | None = None,
    public: Mapping[str, int] | None = None,
    peer: Mapping[str, int] | None = None,
    control: str = "",
) -> Inventory:
    """Everything on 127.0.0.1. apps: location -> port; public, peer: region -> port of its edge. What is left
    out gets a made-up port that depends on nothing but the name's place in the configuration."""
    apps = apps or {name: 20_001 + n for n, name in enumerate(config.locations)}
    public = public or {name: 21_001 + n for n, name in enumerate(config.regions)}
    peer = peer or {name: 22_001 + n for n, name in enumerate(config.regions)}
    at = "127.0.0.1:{}".format
    return Inventory(
        instances={name: {"default": (at(apps[name]),)} for name in config.locations},
        peers={
            asking: {asked: at(peer[asked]) for asked in config.regions if asked != asking}
            for asking in config.regions
        },
        listen={name: Listen(at(public[name]), at(peer[name])) for name in config.regions},
        control=control,
        urls={name: f"http://{at(public[name])}" for name in config.regions},
    )


class Choose(Protocol):
    """Where a generator's choices come from."""

    def one(self, options: Sequence[T]) -> T: ...

    def some(self, options: Sequence[T], least: int = 0) -> list[T]:
        """Distinct ones, in any order."""
        ...


class Seeded:
    """Choices of a seeded `random.Random`."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def one(self, options: Sequence[T]) -> T:
        return self._random.choice(options)

    def some(self, options: Sequence[T], least: int = 0) -> list[T]:
        return self._random.sample(options, self._random.randint(min(least, len(options)), len(options)))


class Drawn:
    """Choices of hypothesis, which shrink towards the first option and the shortest list."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def one(self, options: Sequence[T]) -> T:
        return self._draw(st.sampled_from(options))

    def some(self, options: Sequence[T], least: int = 0) -> list[T]:
        if not options:
            return []
        return self._draw(st.lists(st.sampled_from(options), unique=True, min_size=min(least, len(options))))


@st.composite
def configurations(draw: st.DrawFn) -> Config:
    """Configurations of valid shape, as `generated` makes them."""
    return generated(Drawn(draw))


CODES = ("DE", "FR", "US", "BR", "IN", "JP", "NG", "EG")
"""Countries of generated configurations; `ZZ` is in none of them."""


def generated(choose: Choose) -> Config:
    """1 to 5 regions of 1 to 4 locations, residency sets that overlap, failover chains that may lead out of
    them, and features of every combination of route, residency and failover. Half of the configurations break
    residency somewhere."""
    regions = [f"R{n}" for n in range(choose.one((1, 2, 3, 4, 5)))]
    places = {
        region: [f"{region.lower()}-{n}" for n in range(choose.one((1, 2, 3, 4)))] for region in regions
    }
    every = [place for region in regions for place in places[region]]
    sets = {f"set-{n}": choose.some(every, least=1) for n in range(choose.one((1, 2, 3)))}
    tame = choose.one((True, False))
    residency = {
        region: {"locations": _closed(region, places, choose) if tame else choose.some(every, least=1)}
        for region in regions
    }
    bound = {
        region: (f"home-{region}" if choose.one((True, True, False)) else choose.one(sorted(sets)))
        for region in regions
    }
    raw = {
        "version": 1,
        "app": {"name": "generated"},
        "identity": {"issuer": "https://id.example", "audience": "generated"},
        "locations": {place: {} for place in every},
        "regions": {region: _region(region, bound[region], places, every, choose) for region in regions},
        "default_region": choose.one(regions),
        "countries": _countries(regions, choose),
        "residency": {f"home-{region}": residency[region] for region in regions}
        | {name: {"locations": inside} for name, inside in sets.items()},
        "services": {"a": {}, "b": {}},
        "features": _features(regions, sorted(sets), choose),
    }
    return Config.model_validate(raw)


def _closed(region: str, places: Mapping[str, list[str]], choose: Choose) -> list[str]:
    """A set that its region's own locations do not lead out of."""
    others = [place for name, there in places.items() if name != region for place in there]
    return [*places[region], *(choose.some(others) if choose.one((False, True)) else ())]


def _region(
    region: str, bound: str, places: Mapping[str, list[str]], every: Sequence[str], choose: Choose
) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "locations": places[region],
        "residency": bound,
        "priority": choose.one((0, 1, 2)),
    }
    kind = choose.one(("left out", "own", "anywhere"))
    if kind != "left out":
        settings["failover"] = choose.some(places[region][1:] if kind == "own" else every)
    return settings


def _countries(regions: Sequence[str], choose: Choose) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {region: [] for region in regions}
    for code in CODES:
        found[choose.one(regions)].append(code)
    return found


def _features(regions: Sequence[str], sets: Sequence[str], choose: Choose) -> dict[str, Any]:
    paths = ("/v1/a", "/v1/a/b", "/v1/ab", "/v1/c", "/")
    features = {}
    for number in range(choose.one((1, 2, 3, 4))):
        route = choose.one(("home", "pinned", "nearest", "optimal"))
        features[f"f{number}"] = {
            "service": choose.one(("a", "b")),
            "paths": [paths[number]] if number else [paths[0], paths[4]],
            "route": route,
            "residency": choose.one(("home", "open", *sets)),
            "failover": choose.one(("region", "any")),
            **({"region": choose.one(regions)} if route == "pinned" else {}),
        }
    return features
