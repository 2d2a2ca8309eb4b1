"""A request counts as at most one action, and meets at most one limit of each key at its edge.

Both are what lets the edge charge one bucket of each key and say which limit is nearest to exhaustion. Exact limits may overlap
(their counters take all or nothing), and so may shadows.
"""

from collections.abc import Iterator

from meridian.config.schema.root import Config
from meridian.core.errors import Finding
from meridian.limits.applies import met, section
from meridian.limits.settings import Key, Limits


def check(config: Config) -> Iterator[Finding]:
    limits = section(config)
    yield from _claims(limits)
    yield from _limits(config, limits)


def _claims(limits: Limits) -> Iterator[Finding]:
    """(feature, method) -> the action that has it; the method is empty for an action that names none."""
    claimed: dict[tuple[str, str], str] = {}
    for name, action in limits.actions.items():
        for index, method in enumerate(action.methods or ("",)):
            other = claimed.setdefault((action.feature, method), name)
            if other == name:
                continue
            if not method:
                what = f"{other} already is every request of {action.feature} whose method no action names"
                yield Finding(
                    ("limits", "actions", name), what, "name methods in one of the two, or remove it"
                )
                continue
            path = ("limits", "actions", name, "methods", index)
            yield Finding(
                path, f"{method} of {action.feature} already counts as {other}", "let one of the two have it"
            )


def _limits(config: Config, limits: Limits) -> Iterator[Finding]:
    """One finding for each two limits, with the first request that meets both."""
    told: set[tuple[str, str]] = set()
    for feature, action, request in _requests(config, limits):
        first: dict[Key, str] = {}
        for each in met(limits, feature, action):
            if each.policy.scope == "exact" or each.policy.shadow:
                continue
            other = first.setdefault(each.policy.key, each.name)
            if other == each.name or (other, each.name) in told:
                continue
            told.add((other, each.name))
            both = f"{other} and {each.name}, both with `key: {each.policy.key}`"
            yield Finding(
                ("limits", "policies", each.name),
                f"{request} meets {both}, and an edge counts one of each key",
                "give them different actions, or write `shadow: true` in one of the two",
            )


def _requests(config: Config, limits: Limits) -> Iterator[tuple[str, str, str]]:
    """(feature, action, what to call it) of every kind of request that there is."""
    for name, action in limits.actions.items():
        yield action.feature, name, f"action {name}"
    for feature in config.features:
        yield feature, "", f"a request to {feature} that counts as no action"
