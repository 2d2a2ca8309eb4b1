"""What another configuration changes about limits: "chat: 100 per 1m -> 50 per 1m", for every user who does chat."""

from collections.abc import Iterator, Mapping, Sequence

from meridian.config.change import Change
from meridian.config.countries import named
from meridian.config.plan import differences, names, summary
from meridian.config.schema.base import Section
from meridian.config.schema.root import Config
from meridian.core.suggest import listed
from meridian.limits.applies import section
from meridian.limits.explain import said
from meridian.limits.quota import quota
from meridian.limits.settings import Limits, Policy

AREA = "limits"
NOBODY = "nobody: it is a promise"
AMOUNT = ("rate", "window", "burst")
"""Settings of a limit that are told as one."""
TOLD = ("policies", "shields", "actions", "tests")
"""Settings that have words of their own."""


def changes(before: Config, after: Config) -> Iterator[Change]:
    """Limits and shields in their own words, then every other setting for whom it matters."""
    old, new = section(before), section(after)
    for name in names(old.policies, new.policies):
        yield from _policy(old, new, name)
    yield from _entries("shields", old.shields, new.shields, old, new)
    yield from _entries("actions", old.actions, new.actions, old, new)
    yield from _others(old, new)
    yield from _moves(before, after)
    yield from _tests(old, new)


def _policy(old: Limits, new: Limits, name: str) -> Iterator[Change]:
    was, becomes = old.policies.get(name), new.policies.get(name)
    subject = f"limits.policies.{name}"
    if was is None or becomes is None:
        either = was or becomes
        whom = _whom(either) if either else ""
        yield Change(AREA, subject, _whole(old, was), _whole(new, becomes), whom)
        return
    if said(quota(old, was)) != said(quota(new, becomes)):
        yield Change(AREA, subject, said(quota(old, was)), said(quota(new, becomes)), _whom(becomes))
    for key, (text, other) in differences(was, becomes):
        if key not in AMOUNT:
            yield Change(AREA, f"{subject}.{key}", text, other, _whom(becomes, key))


def _whole(limits: Limits, policy: Policy | None) -> str:
    """A limit that comes or goes, in one line: "100 per 1m, key user, actions [chat]"."""
    if policy is None:
        return ""
    rest = policy.model_copy(update={"rate": 1, "window": 60.0, "burst": None})
    written = ", ".join(
        part for part in summary(rest).split(", ") if not part.startswith(("rate ", "window "))
    )
    return f"{said(quota(limits, policy))}, {written}"


def _whom(policy: Policy, setting: str = "") -> str:
    """For whom a limit matters, as a part of a sentence."""
    place = setting.removeprefix("each.") if setting.startswith("each.") else ""
    doing = f" who does {listed(list(policy.actions))}" if policy.actions else ""
    if policy.key in ("user", "burst"):
        return f"every user{doing}"
    if policy.key == "client":
        return f"every client of {policy.class_} endpoints"
    if policy.key == "address":
        return f"every client address{doing}"
    if policy.key == "country":
        return f"users with addresses in {place or 'each country'}{doing}"
    return f"users of {place or 'each region'}{doing}"


def _entries(
    kind: str, old: Mapping[str, Section], new: Mapping[str, Section], before: Limits, after: Limits
) -> Iterator[Change]:
    for name in names(old, new):
        subject, was, becomes = f"limits.{kind}.{name}", old.get(name), new.get(name)
        action = name if kind == "actions" else (after if becomes else before).shields[name].action
        whom = f"everyone who does {action}"
        if was is None or becomes is None:
            yield Change(AREA, subject, summary(was), summary(becomes), whom)
            continue
        for key, (text, other) in differences(was, becomes):
            yield Change(AREA, f"{subject}.{key}", text, other, whom)


def _others(old: Limits, new: Limits) -> Iterator[Change]:
    """Tiers, risks, classes and what concerns every limit."""
    nothing = Limits()
    left, right = (
        limits.model_copy(update={name: getattr(nothing, name) for name in TOLD}) for limits in (old, new)
    )
    for key, (text, other) in differences(left, right):
        area, _, name = key.partition(".")
        whom = {
            "tiers": f"every user of tier {name}",
            "risk": f"users at {name} risk",
            "classes": f"every client of {name} endpoints",
            "counters": "everyone who meets an exact limit",
            "headers": "every client that reads these fields",
        }
        yield Change(AREA, f"limits.{key}", text, other, whom.get(area, "every edge"))


def _tests(old: Limits, new: Limits) -> Iterator[Change]:
    """One line in all for each of: promises that come, that go, and that are changed; the last by name."""
    was, becomes = ({test.name: summary(test) for test in limits.tests} for limits in (old, new))
    added, removed = (
        [name for name in these if name not in those] for these, those in ((becomes, was), (was, becomes))
    )
    changed = [name for name in becomes if name in was and was[name] != becomes[name]]
    if added:
        yield Change(AREA, "limits.tests", "", _counted(added), NOBODY)
    if removed:
        yield Change(AREA, "limits.tests", _counted(removed), "", NOBODY)
    if changed:
        yield Change(AREA, "limits.tests", "as before", f"changed: {', '.join(changed)}", NOBODY)


def _counted(promises: Sequence[str]) -> str:
    return f"1 promise: {promises[0]}" if len(promises) == 1 else f"{len(promises)} promises"


def _moves(before: Config, after: Config) -> Iterator[Change]:
    """Countries whose users begin anew at another region's admission, as memory is not shared by regions."""
    limits = section(after)
    exact = any(policy.scope == "exact" for policy in limits.policies.values())
    if limits.counters.store != "memory" or not (exact or limits.shields):
        return
    old, new = (
        {code: region for region, codes in config.countries.items() for code in codes}
        for config in (before, after)
    )
    for code, region in new.items():
        was = old.get(code, "")
        if was and was != region:
            yield Change(
                AREA,
                f"limits.counters in {code}",
                f"counted in {was}",
                f"exact limits and shields of users in {code} begin anew in {region}; "
                "with counters.store: redis they would not",
                f"users with addresses in {named([code])}",
            )
