"""An exact limit is counted in one place: by the admission of the region that serves the action, wherever a request comes in."""

from collections.abc import Iterator

from meridian.config.schema.root import Config
from meridian.core.errors import Finding
from meridian.limits.applies import section

ONE_PLACE = ("home", "pinned")
"""Routes by which one user's requests all go to one region, as long as it is up."""


def check(config: Config) -> Iterator[Finding]:
    limits = section(config)
    for name, policy in limits.policies.items():
        if policy.scope != "exact":
            continue
        for index, action in enumerate(policy.actions):
            feature = limits.actions[action].feature
            route = config.features[feature].route
            if route in ONE_PLACE:
                continue
            yield Finding(
                ("limits", "policies", name, "actions", index),
                f"{action} is counted exactly, and feature {feature} (route: {route}) may be served by several regions",
                "write `scope: edge`, or `route: home` or `route: pinned` in the feature",
            )
