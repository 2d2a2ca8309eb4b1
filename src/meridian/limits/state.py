"""What operators chose at run time, as the edges are told of it; compiled in beside the configuration."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Lift:
    """A block that an operator lifted. kind: "account" or "address". at: seconds since 1970; blocks that began before it are
    over."""

    kind: str
    subject: str
    at: float


@dataclass(frozen=True, slots=True)
class LimitsState:
    """users: user -> policy -> an operator's rate for them, instead of the policy's. clients: the same by client address (an IPv4
    address, or the IPv6 prefix that counts as one client, such as 2001:db8::/64).
    resets: user or client -> which generation of their counters counts; left out: the one before any reset. A number that was
    never there before is fresh counters. lifted: see Lift."""

    users: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    clients: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    resets: Mapping[str, int] = field(default_factory=dict)
    lifted: tuple[Lift, ...] = ()


NO_STATE = LimitsState()
