"""Which limits a request meets, in the order in which it meets them. Pure; the edge's tables are compiled from the same rules."""

from collections.abc import Iterator
from dataclasses import dataclass

from meridian.config.schema.root import Config
from meridian.limits.settings import GENERAL, Key, Limits, Policy

NONE = Limits()
ORDER: tuple[Key, ...] = ("burst", "user", "client", "address", "country", "region")
"""Narrow before wide: a request that a narrow limit refuses takes nothing from a wide one."""


@dataclass(frozen=True, slots=True)
class Met:
    """A limit that a request meets, by name."""

    name: str
    policy: Policy


def section(config: Config) -> Limits:
    """The limits of a configuration; none where it was read without them."""
    try:
        return config.section(Limits)
    except LookupError:
        return NONE


def action_of(limits: Limits, feature: str, method: str) -> str:
    """The action that a request counts as; empty where none does. One that names the method comes before one that names none."""
    whole = ""
    for name, action in limits.actions.items():
        if action.feature != feature:
            continue
        if method in action.methods:
            return name
        if not action.methods:
            whole = name
    return whole


def class_of(limits: Limits, feature: str) -> str:
    return next((name for name, features in limits.classes.items() if feature in features), GENERAL)


def met(limits: Limits, feature: str, action: str, signed_in: bool = True) -> Iterator[Met]:
    """Every limit of a request, in ORDER, those of the same key in the order in which they are written. Limits by user and burst
    need a user."""
    for key in ORDER:
        if key in ("burst", "user") and not signed_in:
            continue
        for name, policy in limits.policies.items():
            if policy.key == key and _counts(limits, policy, feature, action):
                yield Met(name, policy)


def _counts(limits: Limits, policy: Policy, feature: str, action: str) -> bool:
    if policy.class_ is not None and class_of(limits, feature) != policy.class_:
        return False
    return not policy.actions or action in policy.actions
