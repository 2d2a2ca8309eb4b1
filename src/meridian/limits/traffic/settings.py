"""What an edge's fold has to know of the limits: `limits.json` of its snapshot, compiled here and read there. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict

from meridian.config.schema.root import Config
from meridian.envoy.snapshot import Json
from meridian.limits.applies import section
from meridian.limits.settings import Key, Limits
from meridian.limits.state import LimitsState

FILE = "limits.json"


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    limits: Limits = Limits()
    keys: dict[str, Key] = {}
    users: dict[str, dict[str, int]] = {}
    clients: dict[str, dict[str, int]] = {}


@dataclass(frozen=True, slots=True)
class FoldSettings:
    """limits: the shadow policies, with what they refer to. keys: for whom each limit is counted. users, clients: an operator's
    own rates of shadow policies."""

    limits: Limits = field(default_factory=Limits)
    keys: Mapping[str, Key] = field(default_factory=dict)
    users: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    clients: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def fold_settings(config: Config, state: LimitsState) -> Json:
    """The content of the resource `limits.json`: small, and the same for every edge."""
    limits = section(config)
    shadows = {name: policy for name, policy in limits.policies.items() if policy.shadow}
    needed = Limits(
        tiers=limits.tiers,
        risk=limits.risk,
        ipv6_prefix=limits.ipv6_prefix,
        expected_users=limits.expected_users,
        actions=limits.actions if shadows else {},
        classes=limits.classes if shadows else {},
        policies=shadows,
    )
    return {
        "limits": needed.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        "keys": {name: policy.key for name, policy in limits.policies.items()},
        "users": _only(state.users, shadows),
        "clients": _only(state.clients, shadows),
    }


def parse(content: bytes) -> FoldSettings:
    """Raises ValueError when the bytes are not a `limits.json`."""
    try:
        file = _File.model_validate(json.loads(content))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    return FoldSettings(file.limits, file.keys, file.users, file.clients)


def _only(rates: Mapping[str, Mapping[str, int]], names: Mapping[str, object]) -> dict[str, dict[str, int]]:
    found = {who: {name: rate for name, rate in own.items() if name in names} for who, own in rates.items()}
    return {who: own for who, own in found.items() if own}
