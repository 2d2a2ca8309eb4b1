"""What an admission process is told: `admission.json` of the edge's snapshot, compiled here and read here. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict

from meridian.config.schema.root import Config
from meridian.core.risk import Risk
from meridian.envoy.snapshot import Json
from meridian.limits.admission.asked import account_of
from meridian.limits.applies import section
from meridian.limits.exact.counters import Limit
from meridian.limits.quota import quota
from meridian.limits.settings import Limits, Policy, Shield
from meridian.limits.state import Lift, LimitsState

FILE = "admission.json"
Policies = tuple[tuple[str, Policy], ...]
Shields = tuple[tuple[str, Shield], ...]
_KNOWN = 10_000


def settings_of(config: Config, state: LimitsState) -> Json:
    """The resource `admission.json`: of the `limits` section only what admission needs, in the section's own form, and of an
    operator's choices only those about exact limits."""
    limits = section(config)
    exact = {name: policy for name, policy in limits.policies.items() if policy.scope == "exact"}
    needed = Limits(
        tiers=limits.tiers,
        risk=limits.risk,
        ipv6_prefix=limits.ipv6_prefix,
        expected_users=limits.expected_users,
        headers=limits.headers,
        policies=exact,
        shields=limits.shields,
        counters=limits.counters,
    )
    users = {
        user: {name: rate for name, rate in own.items() if name in exact} for user, own in state.users.items()
    }
    return {
        "limits": needed.model_dump(mode="json"),
        "users": {user: own for user, own in users.items() if own},
        "resets": dict(state.resets) if exact else {},
        "lifts": [{"kind": each.kind, "subject": each.subject, "at": each.at} for each in state.lifted],
    }


def wanted(content: bytes | None) -> bool:
    """Whether an edge with this `admission.json` needs an admission process."""
    if not content:
        return False
    try:
        settings = parse(content)
    except ValueError:
        return True  # the process itself says what is wrong with it
    return bool(settings.limits.policies or settings.limits.shields)


class _Lift(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    subject: str
    at: float


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    limits: Limits = Limits()
    users: dict[str, dict[str, int]] = {}
    resets: dict[str, int] = {}
    lifts: tuple[_Lift, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """users: user -> policy -> an operator's own rate. resets: user -> generation of their counters. Both hold for the account
    that is called like the user, too."""

    limits: Limits = field(default_factory=Limits)
    users: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    resets: Mapping[str, int] = field(default_factory=dict)
    lifts: tuple[Lift, ...] = ()
    _policies: Mapping[str, Policies] = field(init=False, repr=False, compare=False)
    _shields: Mapping[str, Shields] = field(init=False, repr=False, compare=False)
    _account_users: Mapping[str, Mapping[str, int]] = field(init=False, repr=False, compare=False)
    _account_resets: Mapping[str, int] = field(init=False, repr=False, compare=False)
    _known: dict[tuple[str, str, str, int, int, int], Limit] = field(
        default_factory=dict, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        policies, shields = self.limits.policies, self.limits.shields
        acted = {action for policy in policies.values() for action in policy.actions}
        watched = {shield.action for shield in shields.values()}
        by_action = {
            action: tuple(each for each in policies.items() if action in each[1].actions) for action in acted
        }
        object.__setattr__(self, "_policies", by_action)
        by_action_watched = {
            action: tuple(each for each in shields.items() if each[1].action == action) for action in watched
        }
        object.__setattr__(self, "_shields", by_action_watched)
        users: dict[str, dict[str, int]] = {}
        for user, own in self.users.items():
            users.setdefault(account_of(user), {}).update(own)
        object.__setattr__(self, "_account_users", users)
        resets: dict[str, int] = {}
        for user, generation in self.resets.items():
            account = account_of(user)
            resets[account] = resets.get(account, 0) + generation  # differs after a reset of either
        object.__setattr__(self, "_account_resets", resets)

    def policies(self, action: str) -> Policies:
        """The exact limits that this action meets, by name."""
        return self._policies.get(action, ())

    def shields(self, action: str) -> Shields:
        """Those that watch this action, by name."""
        return self._shields.get(action, ())

    def limit(
        self,
        name: str,
        policy: Policy,
        tier: str,
        risk: str,
        user: str,
        *,
        account: str = "",
        lifted: float = 0.0,
    ) -> Limit:
        """What this limit comes to for one request. account: as it is compared, where an account is counted and not the user.
        lifted: when an operator last ended its blocks, in seconds since 1970; its counters began anew then."""
        own = self._account_users.get(account) if account else self.users.get(user)
        rate = own.get(name, 0) if own else 0
        generation = self._account_resets.get(account, 0) if account else self.resets.get(user, 0)
        key = (name, tier, risk, rate, generation, int(lifted * 1000))
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._limit(policy, *key)
            if len(self._known) > _KNOWN:  # made-up tiers must not fill the memory
                self._known.clear()
        return found

    def _limit(
        self, policy: Policy, name: str, tier: str, risk: str, rate: int, generation: int, lifted: int
    ) -> Limit:
        counter = f"{name}#{generation}" if generation else name
        if lifted:
            counter = f"{counter}@{lifted}"
        return Limit(
            counter, quota(self.limits, policy, tier, _risk(risk), rate=rate), policy.on_failure == "deny"
        )


def parse(content: bytes) -> Settings:
    """Raises ValueError when the bytes are not an `admission.json`."""
    try:
        file = _File.model_validate(json.loads(content))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    lifts = tuple(Lift(each.kind, each.subject, each.at) for each in file.lifts)
    return Settings(file.limits, file.users, file.resets, lifts)


def _risk(text: str) -> Risk:
    """What is not a risk counts as none that is known: low."""
    try:
        return Risk(text)
    except ValueError:
        return Risk.LOW
