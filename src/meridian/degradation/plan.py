"""What is off at a level, and for whom. Pure; the edge's table is compiled from the same rules."""

from collections.abc import Mapping
from dataclasses import dataclass

from meridian.config.schema.root import Config
from meridian.degradation.settings import Degradation, Off, Rule
from meridian.telemetry.conditions import Condition

NONE = Degradation()
WHOLE = Off()
_WORD = 2**32


@dataclass(frozen=True, slots=True)
class Cut:
    """Something that is off. level: the one that turned it off."""

    off: Off
    level: int


def section(config: Config) -> Degradation:
    """The levels of a configuration; none where it was read without them."""
    try:
        return config.section(Degradation)
    except LookupError:
        return NONE


def cuts(config: Config, level: int) -> Mapping[str, tuple[Cut, ...]]:
    """Feature -> everything that is off of it at this level, whether by it or by a lower one. Of what is off as a
    whole, no parts are told."""
    settings = section(config)
    found: dict[str, list[Cut]] = {}
    for number, each in sorted(settings.levels.items()):
        if number > level:
            break
        off = dict(each.turns_off)
        if each.only_essential:
            off |= {name: WHOLE for name in config.features if name not in settings.essential}
        for feature, part in off.items():
            already = found.setdefault(feature, [])
            if any(cut.off in (part, WHOLE) for cut in already):
                continue
            found[feature] = [Cut(part, number)] if part == WHOLE else [*already, Cut(part, number)]
    return {feature: tuple(found[feature]) for feature in sorted(found)}


def refusal(config: Config, level: int, feature: str, method: str, who: str) -> Cut | None:
    """What refuses a request, if anything. who: the user, or else the client's address."""
    for cut in cuts(config, level).get(feature, ()):
        if applies(cut.off, method) and luck(feature, who) < cut.off.share:
            return cut
    return None


def applies(off: Off, method: str) -> bool:
    """OPTIONS passes always: a browser asks by it whether it may read the answer, which says what is off."""
    return method in off.methods if off.methods else method != "OPTIONS"


def luck(feature: str, who: str) -> float:
    """0 to 1, the same for a user and a feature at any time and any edge; users for whom one feature is off may have another.
    By Jenkins's one-at-a-time hash (Dr. Dobb's Journal, September 1997): its shifts and sums stay below 2^53, so that Lua, which
    counts in doubles, comes to the same."""
    state = 0
    for byte in f"{feature} {who}".encode():
        state = (state + byte) * 1025 % _WORD
        state ^= state >> 6
    state = state * 9 % _WORD
    state ^= state >> 11
    return state * 32769 % _WORD / _WORD


def said(feature: str, off: Off) -> str:
    """For people: "feed", "media (POST)", "feed (50% of users)"."""
    parts = [", ".join(off.methods)] if off.methods else []
    if off.share < 1:
        parts.append(f"{off.share:.0%} of users")
    return f"{feature} ({', '.join(parts)})" if parts else feature


def turned_off(config: Config, level: int) -> list[str]:
    """All that is off at a level, for people."""
    return [said(feature, cut.off) for feature, found in cuts(config, level).items() for cut in found]


def name_of(settings: Degradation, level: int) -> str:
    """The level's name; that of the next lower one where it has none of its own."""
    known = [number for number in settings.levels if number <= level]
    return settings.levels[max(known)].name if known else "normal"


def asked(rule: Rule) -> Condition:
    """The condition as it is asked: by region where the rule's scope is the region."""
    condition = rule.condition
    if rule.scope == "everywhere" or "region" in condition.by:
        return condition
    return condition.model_copy(update={"by": ("region", *condition.by)})
