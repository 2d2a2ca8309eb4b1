"""What the shape of a configuration cannot say. One file a subject; each yields findings and never raises."""

from collections.abc import Iterator

from meridian.config.checks import addresses, countries, paths, references, residency, topology
from meridian.config.schema.root import Config
from meridian.core.errors import Finding


def check(config: Config) -> Iterator[Finding]:
    """Everything that is wrong between the parts of a configuration of the right shape.

    References come first: the other checks pass over names that lead nowhere, but a feature's own check may not."""
    yield from references.check(config)
    for subject in (countries, topology, residency, paths, addresses):
        yield from subject.check(config)
