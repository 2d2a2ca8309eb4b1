"""What the shape of the `limits` section cannot say. One file a subject; each yields findings and never raises."""

from collections.abc import Iterator

from meridian.config.schema.root import Config
from meridian.core.errors import Finding
from meridian.limits import policytests
from meridian.limits.checks import amounts, overlaps, places, references
from meridian.limits.checks import shields as shielding


def check(config: Config) -> Iterator[Finding]:
    """References first: the others, and the promises, may follow any name once every name leads somewhere."""
    found = list(references.check(config))
    yield from found
    if found:
        return
    wrong = [each for subject in (overlaps, amounts, places, shielding) for each in subject.check(config)]
    yield from wrong
    if not wrong:
        yield from policytests.run(config)
