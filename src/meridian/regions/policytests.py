"""Runs the policy tests that stand in the configuration: each promise against the rules, and against every failure."""

from collections.abc import Iterator

from meridian.config.schema.policytest import PolicyTest
from meridian.config.schema.root import Config
from meridian.core.errors import Finding, NotFound
from meridian.regions.policy import Facts, FeatureAnswer, expand, route_feature


def run(config: Config) -> Iterator[Finding]:
    """A finding for each expectation that does not hold."""
    for number, test in enumerate(config.tests):
        try:
            yield from _check(config, number, test)
        except NotFound as error:
            yield Finding(("tests", number), f"policy test {test.name!r}: {error.what}", error.todo)


def _check(config: Config, number: int, test: PolicyTest) -> Iterator[Finding]:
    given, expect = test.given, test.expect
    facts = Facts(
        override=given.override or "",
        home=given.home or "",
        country=given.country or "",
        declared=given.declared_country or "",
    )
    answer = route_feature(config, facts, given.feature, expand(config, given.down))
    expected = {
        "region": (expect.region, answer.user_region),
        "location": (expect.location, answer.location or "nowhere"),
        "status": (expect.status, answer.status),
        "rule": (expect.rule, answer.rule),
    }
    for field, (wanted, got) in expected.items():
        if wanted is not None and wanted != got:
            yield _broken(number, test, field, f"expected {field} {wanted}, got {got}", answer)
    for location in sorted(expand(config, expect.never) & set(answer.chain)):
        yield _broken(number, test, "never", f"{location} can be reached when others are down", answer)


def _broken(number: int, test: PolicyTest, field: str, what: str, answer: FeatureAnswer) -> Finding:
    return Finding(
        ("tests", number, "expect", field),
        f"policy test {test.name!r} fails: {what} ({answer.sentence}; chain {', '.join(answer.chain) or 'empty'})",
        "change the policy or the promise",
    )
