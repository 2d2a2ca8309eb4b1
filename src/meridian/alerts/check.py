"""What the shape of the `alerts` section cannot say: names that lead nowhere, and words that cannot be filled in."""

from collections.abc import Callable, Collection, Iterator

from meridian.alerts import runbooks
from meridian.alerts.settings import ALL, Alerts, Rule
from meridian.alerts.wording import SENTENCE, TITLE, objections
from meridian.config.schema.root import Config
from meridian.core.errors import Finding
from meridian.core.suggest import did_you_mean
from meridian.telemetry.conditions import problems
from meridian.telemetry.metrics.values import values_of

Path = tuple[str | int, ...]


def check(config: Config) -> Iterator[Finding]:
    alerts = config.section(Alerts)
    known = list(dict.fromkeys([*alerts.channels, *alerts.teams, ALL]))
    groups = {rule.group for rule in alerts.rules.values()}
    values = values_of(config)
    for name, rule in alerts.rules.items():
        path: Path = ("alerts", "rules", name)
        yield from _condition(path, rule, values)
        yield from _words(path, rule)
        yield from _runbook(path, rule)
        yield from _named((*path, "channels"), "channel or team", rule.channels, known)
        yield from _explains(path, rule, groups)
    yield from _teams(alerts)
    for severity, names in alerts.routes.items():
        yield from _named(("alerts", "routes", str(severity)), "channel or team", names, known)


def _condition(
    path: Path, rule: Rule, known: Callable[[str, str], Collection[str] | None]
) -> Iterator[Finding]:
    for keys, what, todo in problems(rule.condition, known):
        yield Finding((*path, "condition", *keys), what, todo)


def _words(path: Path, rule: Rule) -> Iterator[Finding]:
    labels = {
        *rule.condition.by,
        *(name for name, values in rule.condition.where.items() if len(values) == 1),
    }
    wanted: dict[str, tuple[str, Collection[str]]] = {
        "title": (rule.title, TITLE),
        "sentence": (rule.sentence, SENTENCE),
        "about": (rule.about, labels | {"labels", "place", "service"}),
    }
    for setting, (template, known) in wanted.items():
        for what, todo in objections(template, known):
            yield Finding((*path, setting), what, todo)


def _runbook(path: Path, rule: Rule) -> Iterator[Finding]:
    if not rule.runbook or runbooks.is_url(rule.runbook):
        return
    known = runbooks.names()
    if rule.runbook not in known:
        todo = did_you_mean(rule.runbook, known) or "give the address of a page of your own"
        yield Finding((*path, "runbook"), f"there is no runbook {rule.runbook}", todo)


def _explains(path: Path, rule: Rule, groups: Collection[str]) -> Iterator[Finding]:
    for index, group in enumerate(rule.explains):
        at = (*path, "explains", index)
        if group == rule.group:
            yield Finding(
                at, "a rule cannot explain its own group", "remove it: alerts of one group join anyway"
            )
        elif group not in groups:
            yield Finding(at, f"no rule is of group {group}", did_you_mean(group, groups))


def _teams(alerts: Alerts) -> Iterator[Finding]:
    for name, members in alerts.teams.items():
        path: Path = ("alerts", "teams", name)
        if name in alerts.channels or name == ALL:
            what = "every channel" if name == ALL else "a channel"
            yield Finding(path, f"{name} is the name of {what} already", "give the team another name")
        yield from _named(path, "channel", members, list(alerts.channels))
    if ALL in alerts.channels:
        yield Finding(("alerts", "channels", ALL), f"{ALL} stands for every channel", "give it another name")


def _named(path: Path, kind: str, names: Collection[str], known: Collection[str]) -> Iterator[Finding]:
    for index, name in enumerate(names):
        if name not in known:
            todo = did_you_mean(name, known) or "name it under `alerts.channels` first"
            yield Finding((*path, index), f"there is no {kind} {name}", todo)
