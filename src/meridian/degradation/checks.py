"""What the shape of the `degradation` section cannot say."""

from collections.abc import Collection, Iterator

from meridian.config.schema.root import Config
from meridian.core.errors import Finding
from meridian.core.suggest import did_you_mean
from meridian.degradation import policytests
from meridian.degradation.plan import asked, section
from meridian.degradation.settings import Degradation, Level
from meridian.telemetry.conditions import problems
from meridian.telemetry.metrics.values import values_of

SECTION = "degradation"


def check(config: Config) -> Iterator[Finding]:
    """References first: the promises may follow any name once every name leads somewhere."""
    settings = section(config)
    found = [*_references(config, settings), *_essential(config, settings), *_rules(config, settings)]
    yield from found
    if not found:
        yield from policytests.run(config)


def _references(config: Config, settings: Degradation) -> Iterator[Finding]:
    for index, feature in enumerate(settings.essential):
        yield from _named((SECTION, "essential", index), feature, config.features)
    for number, level in settings.levels.items():
        for feature in level.turns_off:
            yield from _named(
                (SECTION, "levels", str(number), "turns_off", feature), feature, config.features
            )
    for index, test in enumerate(settings.tests):
        yield from _named((SECTION, "tests", index, "given", "feature"), test.given.feature, config.features)


def _essential(config: Config, settings: Degradation) -> Iterator[Finding]:
    for number, level in settings.levels.items():
        path = (SECTION, "levels", str(number))
        for feature in level.turns_off:
            if feature in settings.essential:
                what = f"level {number} turns off {feature}, which is essential"
                yield Finding(
                    (*path, "turns_off", feature), what, "keep it on, or take it out of `essential`"
                )
        if level.only_essential and not settings.essential:
            what = f"level {number} turns off all that is not essential, and nothing is"
            yield Finding((*path, "only_essential"), what, "list what has to go on in `essential`")
        if _empty(level):
            what = f"level {number} turns off nothing more than the level below it"
            yield Finding(path, what, "say what in `turns_off`, or remove the level")


def _empty(level: Level) -> bool:
    return not level.turns_off and not level.only_essential


def _rules(config: Config, settings: Degradation) -> Iterator[Finding]:
    known = values_of(config)
    for name, rule in settings.rules.items():
        path = (SECTION, "rules", name)
        if rule.level not in settings.levels:
            listed = ", ".join(map(str, sorted(settings.levels)))
            what = f"there is no level {rule.level} to go to"
            yield Finding((*path, "level"), what, f"use one of {listed}, or write the level")
        for keys, what, todo in problems(asked(rule), known):
            yield Finding((*path, "condition", *keys), what, todo)


def _named(path: tuple[str | int, ...], name: str, known: Collection[str]) -> Iterator[Finding]:
    if name not in known:
        yield Finding(path, f"there is no feature {name}", did_you_mean(name, known))
