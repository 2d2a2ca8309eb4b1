"""Runs the promises about levels that stand in the configuration."""

from collections.abc import Iterator

from meridian.config.schema.root import Config
from meridian.core.errors import Finding
from meridian.degradation.plan import applies, cuts, refusal, said, section
from meridian.degradation.settings import DegradationGiven, Expected


def run(config: Config) -> Iterator[Finding]:
    """A finding for each expectation that does not hold. Every name in the tests must lead somewhere (see `checks`)."""
    for number, test in enumerate(section(config).tests):
        got = outcome(config, test.given)
        if got == test.expect:
            continue
        off = [
            said(test.given.feature, cut.off)
            for cut in cuts(config, test.given.level).get(test.given.feature, ())
        ]
        why = (
            f"off at level {test.given.level}: {', '.join(off)}"
            if off
            else f"nothing of it is off at level {test.given.level}"
        )
        yield Finding(
            ("degradation", "tests", number, "expect"),
            f"degradation test {test.name!r} fails: expected {test.expect}, got {got} ({why})",
            "change the levels or the promise",
        )


def outcome(config: Config, given: DegradationGiven) -> Expected:
    """What comes of a request; "some" only where it is not said whose it is."""
    if given.user:
        cut = refusal(config, given.level, given.feature, given.method, given.user)
        return "refused" if cut else "served"
    found = cuts(config, given.level).get(given.feature, ())
    shares = [cut.off.share for cut in found if applies(cut.off, given.method)]
    if not shares:
        return "served"
    return "refused" if max(shares) >= 1 else "some"
