"""What another configuration changes about levels: "feed at level 2: served -> off", for every user of feed."""

from collections.abc import Iterator, Mapping, Sequence

from meridian.config.change import Change
from meridian.config.plan import differences, names, summary
from meridian.config.schema.root import Config
from meridian.degradation.plan import Cut, cuts, said, section
from meridian.degradation.settings import Degradation

AREA = "degradation"
SERVED, OFF = "served", "off"
NOBODY = "nobody: it is a promise"


def changes(before: Config, after: Config) -> Iterator[Change]:
    """What is off at which level, feature by feature; then every other setting for whom it matters."""
    old, new = section(before), section(after)
    for level in sorted({*old.levels, *new.levels}):
        yield from _level(level, cuts(before, level), cuts(after, level))
    yield from _others(old, new)
    yield from _tests(old, new)


def _level(
    level: int, old: Mapping[str, Sequence[Cut]], new: Mapping[str, Sequence[Cut]]
) -> Iterator[Change]:
    for feature in names(old, new):
        was, becomes = (_told(feature, found.get(feature, ())) for found in (old, new))
        if was != becomes:
            subject = f"degradation.levels.{level}.turns_off.{feature}"
            yield Change(AREA, subject, was, becomes, f"users of {feature}, at level {level}")


def _told(feature: str, found: Sequence[Cut]) -> str:
    """ "off", "off (POST)" or "served"."""
    parts = [said(feature, cut.off).removeprefix(feature) for cut in found]
    return " and ".join(f"{OFF}{part}" for part in parts) or SERVED


def _others(old: Degradation, new: Degradation) -> Iterator[Change]:
    left, right = (_without_told(settings) for settings in (old, new))
    for key, (text, other) in differences(left, right):
        yield Change(AREA, f"degradation.{key}", text, other, _whom(key, old, new))


def _without_told(settings: Degradation) -> Degradation:
    levels = {number: level.model_copy(update={"turns_off": {}}) for number, level in settings.levels.items()}
    return settings.model_copy(update={"levels": levels, "tests": ()})


def _whom(key: str, old: Degradation, new: Degradation) -> str:
    area, _, rest = key.partition(".")
    name = rest.partition(".")[0]
    if area == "levels":
        return f"everyone, at level {name}"
    if area == "rules":
        rule = new.rules.get(name) or old.rules[name]
        return "each region" if rule.scope == "region" else "all regions together"
    return "every region"


def _tests(old: Degradation, new: Degradation) -> Iterator[Change]:
    was, becomes = ({test.name: summary(test) for test in each.tests} for each in (old, new))
    if was == becomes:
        return
    differing = [name for name in names(was, becomes) if was.get(name) != becomes.get(name)]
    yield Change(
        AREA,
        "degradation.tests",
        _counted(was),
        f"{_counted(becomes)}; changed: {', '.join(differing)}",
        NOBODY,
    )


def _counted(promises: Mapping[str, str]) -> str:
    return f"{len(promises)} promise{'' if len(promises) == 1 else 's'}"
