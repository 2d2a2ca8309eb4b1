"""Every name in the `load_tests` section leads to something."""

from collections.abc import Iterator

from meridian.config.schema.root import Config
from meridian.core.errors import Finding
from meridian.core.suggest import did_you_mean
from meridian.loadtest.settings import LOCAL, LoadTests


def check(config: Config) -> Iterator[Finding]:
    for name, target in config.section(LoadTests).targets.items():
        at = ("load_tests", "targets", name)
        if name == LOCAL:
            yield Finding(at, f"`{LOCAL}` is this machine's world", "give the target another name")
        for region in target.edges:
            if region not in config.regions:
                hint = did_you_mean(region, config.regions)
                yield Finding((*at, "edges", region), f"there is no region {region}", hint)
