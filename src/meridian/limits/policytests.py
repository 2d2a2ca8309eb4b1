"""Runs the promises about limits that stand in the configuration: so many requests of one user at one address, at one moment."""

from collections.abc import Iterator
from dataclasses import dataclass

from meridian.config.schema.root import Config
from meridian.core.errors import Finding
from meridian.limits.applies import section
from meridian.limits.bucket import admits
from meridian.limits.explain import Standing, Who, explain
from meridian.limits.settings import LimitGiven, LimitTest

SOMEONE = "someone"


@dataclass(frozen=True, slots=True)
class Outcome:
    """refused_by: the limit that refuses the first of those that do not get through; empty where all do. met: the limits that
    the requests meet, in turn."""

    admitted: int
    refused_by: str
    met: tuple[Standing, ...]


def run(config: Config) -> Iterator[Finding]:
    """A finding for each expectation that does not hold. Every name in the tests must lead somewhere (see `checks`)."""
    for number, test in enumerate(section(config).tests):
        yield from _check(config, number, test)


def simulate(config: Config, given: LimitGiven) -> Outcome:
    """The requests are alike and come at one moment, so each limit lets through as many as a full bucket pays for, of those that
    the limits before it let through."""
    who = Who(SOMEONE, given.tier, given.risk, country=given.country or "")
    standings = tuple(each for each in explain(config, who, given.action) if not each.policy.shadow)
    admitted, refused_by = given.requests, ""
    for standing in standings:
        most = admits(standing.quota)
        if most < admitted:
            admitted, refused_by = most, standing.name
    return Outcome(admitted, refused_by, standings)


def _check(config: Config, number: int, test: LimitTest) -> Iterator[Finding]:
    expect, outcome = test.expect, simulate(config, test.given)
    if expect.admitted is not None and expect.admitted != outcome.admitted:
        what = f"expected {expect.admitted} admitted, got {outcome.admitted} of {test.given.requests}"
        yield _broken(number, test, "admitted", what, outcome)
    if expect.refused_by is not None and expect.refused_by != outcome.refused_by:
        got = f"one by {outcome.refused_by}" if outcome.refused_by else "none"
        what = f"expected a refusal by {expect.refused_by}, got {got}"
        yield _broken(number, test, "refused_by", what, outcome)


def _broken(number: int, test: LimitTest, field: str, what: str, outcome: Outcome) -> Finding:
    """With the limit that refuses, or else the one that would be the first to."""
    refusing = [each for each in outcome.met if each.name == outcome.refused_by]
    tightest = sorted(outcome.met, key=lambda each: admits(each.quota))
    why = next((each.sentence for each in [*refusing, *tightest]), "no limit applies")
    return Finding(
        ("limits", "tests", number, "expect", field),
        f"limit test {test.name!r} fails: {what} ({why})",
        "change the limits or the promise",
    )
