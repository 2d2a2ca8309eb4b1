"""Every name in the `costs` section leads to something."""

from collections.abc import Iterator

from meridian.config.schema.root import Config
from meridian.core.errors import Finding
from meridian.core.suggest import did_you_mean
from meridian.costs.settings import Ai, Costs


def section(config: Config) -> Costs:
    """The costs of a configuration; none where it was read without them."""
    try:
        return config.section(Costs)
    except LookupError:
        return Costs()


def check(config: Config) -> Iterator[Finding]:
    costs = section(config)
    for region in costs.regions:
        if region not in config.regions:
            hint = did_you_mean(region, config.regions)
            yield Finding(("costs", "regions", region), f"there is no region {region}", hint)
    if costs.ai.features == Ai().features:
        return  # an app without AI need not say so
    for index, feature in enumerate(costs.ai.features):
        if feature not in config.features:
            hint = did_you_mean(feature, config.features)
            yield Finding(("costs", "ai", "features", index), f"there is no feature {feature}", hint)
