"""A small policy with rules that depend on each other, and observations for it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import yaml

from meridian.alerts.judge import Observation, RulesJudge, State, Stored
from meridian.alerts.settings import Alerts
from meridian.alerts.telling import Telling
from meridian.config.schema.root import Config
from meridian.core.decision import Decision
from meridian.telemetry.metrics.query import Group, Value
from tests.support.configs import small

START = datetime(2030, 1, 1, tzinfo=UTC)

RULES = """
gather: 2s
channels:
  chat: {webhook: {url: "https://chat.example/hook", secret: {env: HOOK}}}
  pager: {webhook: {url: "https://pager.example/hook", secret: {env: HOOK}}}
  mail: {webhook: {url: "https://mail.example/hook", secret: {env: HOOK}}}
teams:
  everyone: [pager, chat, mail]
routes: {1: [everyone], 2: [pager], 3: [chat]}
rules:
  region-outage:
    condition: {metric: region_up, by: [region], over: 5s, below: 0.5}
    for: 3s
    resolve_after: 30s
    severity: 1
    group: region
    about: "{region}"
    explains: [location, service, errors]
    title: "Region down: {labels}"
    sentence: "no location of {labels} answers"
    channels: [all]
  location-outage:
    condition: {metric: location_up, by: [what], over: 5s, below: 0.5}
    for: 3s
    resolve_after: 30s
    severity: 1
    group: location
    about: "{place}"
    explains: [service, errors]
    title: "Location down: {labels}"
    sentence: "{labels} does not answer"
  service-down:
    condition: {metric: service_up, by: [what], over: 5s, below: 0.5}
    for: 8s
    resolve_after: 30s
    severity: 2
    group: service
    about: "{place}"
    title: "Down: {labels}"
    sentence: "{n} services at {subject} have no healthy instance"
  error-rate:
    condition: {metric: error_rate, by: [region], over: 60s, above: 0.05, clears: 0.03, at_least: 20}
    for: 10s
    resolve_after: 30s
    severity: 2
    group: errors
    about: "{region}"
    title: "Errors in {labels}"
    sentence: "{value:.1%} of requests fail in {labels} (bound {threshold:.0%})"
  many:
    condition: {metric: country_failed_rate, by: [country], over: 60s, above: 500, clears: 400}
    for: 5s
    resolve_after: 30s
    severity: 3
    group: latency
    about: "{country}"
    title: "Slow: {labels}"
    sentence: "p95 reached {value:.0f} ms in {n:,} countries"
"""


def policy(**changes: Any) -> Config:
    """changes: settings of `alerts`; `rules` are laid over those above."""
    section = yaml.safe_load(RULES)
    rules = changes.pop("rules", {})
    section |= changes
    section["rules"] |= rules
    return small(alerts=section)


class Watch:
    """A judge and its state, stepped through time as the runner would."""

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or policy()
        self.judge = RulesJudge()
        self.state = State()
        self.now = START
        self.told: list[Telling] = []
        self.closed: list[Any] = []
        self.decisions: list[Decision] = []

    def step(
        self,
        values: Mapping[str, Mapping[Group, Value | float]],
        seconds: int = 1,
        *,
        every: int = 1,
        fresh: bool = True,
        recent: tuple[Decision, ...] = (),
        stored: Stored | None = None,
    ) -> None:
        """So long, a cycle `every` so many seconds, in which the rules have these values; one that is not named has none."""
        known = {name: values.get(name, {}) for name in self.config_rules()}
        made = {
            name: {
                group: each if isinstance(each, Value) else Value(each, 100.0)
                for group, each in groups.items()
            }
            for name, groups in known.items()
        }
        for _ in range(0, seconds, every):
            self.now += timedelta(seconds=every)
            observation = Observation(made, fresh, recent, stored)
            stored = None
            self.state, decisions = self.judge.decide(self.config, self.state, observation, self.now)
            self.decisions += decisions
            self.told += self.state.told
            self.closed += self.state.closed

    def config_rules(self) -> list[str]:
        return list(self.config.section(Alerts).rules)

    @property
    def kinds(self) -> list[str]:
        return [decision.kind for decision in self.decisions]

    def notices(self, channel: str) -> list[str]:
        """What a channel was told: "firing Location down: europe-west1"."""
        return [f"{each.notice.status} {each.notice.title}" for each in self.told if channel in each.channels]
