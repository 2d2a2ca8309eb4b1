"""What a crowd does, as data: `mixes.yaml`, read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from meridian.config.document import parse
from meridian.core.errors import NotFound
from meridian.core.suggest import did_you_mean
from meridian.world.endpoints import ENDPOINTS, Endpoint

PAID = frozenset({"tokens", "payouts", "events"})
"""Services whose clients send an idempotency key, as every client that moves money should."""


@dataclass(frozen=True, slots=True)
class Action:
    """repeatable: whether sending it again is harmless, by its method or because it carries an idempotency key."""

    endpoint: Endpoint
    weight: float

    @property
    def keyed(self) -> bool:
        return self.endpoint.service in PAID

    @property
    def repeatable(self) -> bool:
        return self.keyed or self.endpoint.idempotent


@dataclass(frozen=True, slots=True)
class Mix:
    """Shares are from 0 to 1; see mixes.yaml."""

    name: str
    actions: tuple[Action, ...]
    tiers: Mapping[str, float]
    travellers: float
    anonymous: float
    surge: float


def mix(name: str) -> Mix:
    """Raises NotFound with the nearest name there is."""
    known = mixes()
    if name not in known:
        raise NotFound(f"there is no mix called {name}", did_you_mean(name, known))
    return known[name]


def mixes() -> dict[str, Mix]:
    text = (files("meridian.world.traffic") / "mixes.yaml").read_bytes()
    document = parse(text)
    if document.problems:
        raise ValueError(f"mixes.yaml: {document.problems[0]}")
    return {name: _mix(name, raw) for name, raw in document.value.items()}


def _mix(name: str, raw: Mapping[str, Any]) -> Mix:
    by_line = {f"{endpoint.method} {endpoint.path}": endpoint for endpoint in ENDPOINTS}
    actions = tuple(Action(by_line[line], float(weight)) for line, weight in raw["actions"].items())
    tiers = {tier: float(weight) for tier, weight in raw["tiers"].items()}
    return Mix(name, actions, tiers, float(raw["travellers"]), float(raw["anonymous"]), float(raw["surge"]))
