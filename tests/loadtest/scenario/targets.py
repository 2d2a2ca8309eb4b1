"""Targets to plan scenarios against."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from meridian.config.document import parse
from meridian.geo.blocks import read_blocks
from meridian.geo.lookup import default_database
from meridian.loadtest.plan import Origin
from meridian.loadtest.scenario.signer import Signer
from meridian.loadtest.scenario.target import Target

AVALO = Path(__file__).parents[3] / "profiles/avalo/meridian.yaml"
REGIONS = ("EU", "US", "APAC")
SETS = {"EU": frozenset({"europe-west1", "europe-west4"}), "US": frozenset({"us-central1"})}


@cache
def pem() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    private = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, private, serialization.NoEncryption()).decode()


def signer() -> Signer:
    return Signer(
        pem(), "k1", "https://id.example", "app", {"user": "sub", "tier": "tier", "country": "country"}
    )


@dataclass(frozen=True)
class FewAddresses:
    """A world of three countries, with an address for each user."""

    def weights(self) -> Mapping[str, float]:
        return {"DE": 0.25, "US": 0.64, "IN": 0.11}

    def draw(self, counts: Mapping[str, int], seed: int) -> Mapping[str, Sequence[str]]:
        first = {"DE": 1, "US": 2, "IN": 3}
        return {
            code: [f"{first[code]}.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}" for n in range(count)]
            for code, count in counts.items()
            if code in first
        }


@dataclass(frozen=True)
class SomeFaults:
    def can(self) -> Mapping[str, Sequence[str]]:
        return {"kill": ["europe-west1", "us-central1"], "restore": ["europe-west1", "us-central1", "all"]}

    async def do(self, verb: str, about: str, amount: float) -> str:
        return f"{verb} {about}"


def target(**more: Any) -> Target:
    origins = [Origin(name, "127.0.0.1", 8000 + n, f"127.0.0.1:{8000 + n}") for n, name in enumerate(REGIONS)]
    given: dict[str, Any] = {
        "name": "local",
        "origins": origins,
        "region_of": {"DE": "EU", "US": "US", "IN": "APAC"},
        "default_region": "EU",
        "services": {"/v1/swipe": "matching-engine", "/v1": "api-gateway"},
        "residency": {"/v1/swipe": SETS},
        "addresses": FewAddresses(),
    }
    return Target(**{**given, **more})


def avalo() -> Target:
    """The bundled profile's countries, with the real addresses of the world."""
    value = parse(AVALO.read_bytes()).value
    region_of = {code: region for region, codes in value["countries"].items() for code in codes}
    return target(region_of=region_of, addresses=read_blocks(default_database()))
