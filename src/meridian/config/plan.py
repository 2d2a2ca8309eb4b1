"""What a new configuration changes, and for whom. Pure; `meridian plan` prints it.

Countries, features and failover edges are said in their own words, as they decide who is served where. Everything else
is compared setting by setting, so that nothing that differs goes unsaid.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from meridian.config.change import Change
from meridian.config.countries import named
from meridian.config.model import Configurable
from meridian.config.schema.base import Section
from meridian.config.schema.root import Config
from meridian.config.schema.topology import Region

OWN_WORDS = ("countries", "features", "tests")
ENTRIES = ("locations", "regions", "residency", "services")
"""Mappings of named things: one that is added or removed is one change."""


def changes(before: Config, after: Config, features: Sequence[Configurable] = ()) -> list[Change]:
    """Every difference, in the order: countries, features, failover, then settings. features: whose own words come first."""
    found = [
        *_countries(before, after),
        *_features(before, after),
        *_failover(before, after),
        *_tests(before, after),
    ]
    for feature in features:
        found += feature.changes(before, after)
    said = {change.subject for change in found}
    return found + [change for change in _settings(before, after) if not _covered(change.subject, said)]


def _covered(subject: str, said: Collection[str]) -> bool:
    """Whether a feature spoke of this setting, or of the whole that it belongs to."""
    steps = subject.split(".")
    return any(".".join(steps[:count]) in said for count in range(1, len(steps) + 1))


def _countries(before: Config, after: Config) -> Iterator[Change]:
    old, new = _regions_by_country(before), _regions_by_country(after)
    for code in sorted(old.keys() | new.keys()):
        if old.get(code) != new.get(code):
            who = f"users with addresses in {named([code])}"
            yield Change("countries", code, old.get(code, ""), new.get(code, ""), who)


def _regions_by_country(config: Config) -> dict[str, str]:
    return {code: region for region, codes in config.countries.items() for code in codes}


def _features(before: Config, after: Config) -> Iterator[Change]:
    for name in names(before.features, after.features):
        old, new = before.features.get(name), after.features.get(name)
        if old is None or new is None:
            either = old or new
            who = f"requests to {', '.join(either.paths)}" if either else ""
            yield Change("features", name, summary(old), summary(new), who)
            continue
        for key, (was, becomes) in differences(old, new):
            yield Change("features", f"{name}.{key}", was, becomes, f"every user of {name}")


def _failover(before: Config, after: Config) -> Iterator[Change]:
    for name in names(before.regions, after.regions):
        old, new = _edges(before.regions.get(name)), _edges(after.regions.get(name))
        for edge in dict.fromkeys([*old, *new]):
            was, becomes = ("tried" if edge in edges else "" for edges in (old, new))
            if was != becomes:
                yield Change(
                    "failover", f"{name}: {edge[0]} -> {edge[1]}", was, becomes, _users(before, after, name)
                )


def _edges(region: Region | None) -> list[tuple[str, str]]:
    return list(pairwise(region.chain)) if region else []


def _users(before: Config, after: Config, region: str) -> str:
    codes = dict.fromkeys([*before.countries.get(region, ()), *after.countries.get(region, ())])
    return f"users of {region} ({named(codes, 4)})" if codes else f"users of {region}"


def _tests(before: Config, after: Config) -> Iterator[Change]:
    old, new = ({test.name: summary(test) for test in config.tests} for config in (before, after))
    for name in names(old, new):
        if old.get(name) != new.get(name):
            yield Change("tests", name, old.get(name, ""), new.get(name, ""), "nobody: it is a promise")


def _settings(before: Config, after: Config) -> Iterator[Change]:
    for area in names(type(before).model_fields, type(after).model_fields):
        if area in OWN_WORDS:
            continue
        old, new = getattr(before, area, None), getattr(after, area, None)
        if area not in ENTRIES:
            yield from _section(before, after, area, area, old, new)
            continue
        for name in names(old or {}, new or {}):
            was, becomes = (old or {}).get(name), (new or {}).get(name)
            subject = f"{area}.{name}"
            if was is None or becomes is None:
                yield Change(area, subject, summary(was), summary(becomes), _affected(before, after, subject))
            else:
                yield from _section(before, after, area, subject, was, becomes)


def _section(before: Config, after: Config, area: str, subject: str, old: Any, new: Any) -> Iterator[Change]:
    for key, (was, becomes) in differences(old, new):
        if area == "regions" and key == "failover":
            continue  # said edge by edge
        path = f"{subject}.{key}" if key else subject
        yield Change(area, path, was, becomes, _affected(before, after, path))


def _affected(before: Config, after: Config, path: str) -> str:
    """For whom a generic setting matters, as far as its name says it."""
    area, _, rest = path.partition(".")
    name = rest.partition(".")[0]
    if area == "regions":
        return _users(before, after, name)
    if area == "services":
        using = [feature for feature, settings in after.features.items() if settings.service == name]
        return f"every user of {', '.join(using)}" if using else "nobody: no feature uses it"
    if area == "locations":
        owners = [region for region, settings in after.regions.items() if name in settings.locations]
        return f"users of {', '.join(owners)}" if owners else ""
    if area == "residency":
        bound = [region for region, settings in after.regions.items() if settings.residency == name]
        return f"users of {', '.join(bound)}" if bound else ""
    return _OTHERS.get(area, "")


_OTHERS = {
    "identity": "every user who is signed in",
    "edge": "every edge",
    "health": "every service without a health check of its own",
    "default_region": "users about whom nothing is known",
}


def differences(old: Any, new: Any) -> Iterator[tuple[str, tuple[str, str]]]:
    """Setting -> its text before and after, for those that differ; empty where it is absent."""
    was, becomes = dict(_flat(old)), dict(_flat(new))
    for key in names(was, becomes):
        if was.get(key, "") != becomes.get(key, ""):
            yield key, (was.get(key, ""), becomes.get(key, ""))


def summary(value: Section | None) -> str:
    """What is written in a section, in one line: "service chat-service, paths [/v1/chat]"."""
    if value is None:
        return ""
    written = value.model_dump(mode="json", exclude_defaults=True)
    return ", ".join(f"{key} {text}" for key, text in _flat(written)) or "with defaults"


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Section):
        value = value.model_dump(mode="json")
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else str(key))
    elif value is not None:
        yield path, _text(value)


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_text, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def names(before: Collection[str], after: Collection[str]) -> list[str]:
    """Those of both, in the order in which they stand in the new one, removed ones last."""
    return list(dict.fromkeys([*after, *before]))
