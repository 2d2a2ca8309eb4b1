"""Looks an order over before a process is started for it, so that whoever gives it is told at once what is wrong with it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from meridian.core.errors import NotFound
from meridian.core.suggest import did_you_mean
from meridian.loadtest.runs import Facts
from meridian.loadtest.scenario.loading import bundled, parsed
from meridian.loadtest.scenario.safety import FIELDS, permit
from meridian.loadtest.settings import LOCAL, LoadTests
from meridian.loadtest.targets import known

if TYPE_CHECKING:
    from meridian.config.schema.root import Config
    from meridian.loadtest.order import Order
    from meridian.loadtest.scenario.scenario import Scenario

LARGEST_SEED = 2**48


@dataclass(frozen=True, slots=True)
class Asked:
    """order: with everything that was left open and has to be the same in what is told and in what is run. timeout: seconds
    for which the scenario waits for an answer."""

    order: Order
    facts: Facts
    timeout: float


def checked(config: Config, order: Order, now: datetime) -> Asked:
    """Raises InvalidInput with every problem of the scenario, NotFound for an unknown scenario or target, Forbidden for a
    production target that was not confirmed."""
    scenario = _scenario(order)
    settings = config.section(LoadTests)
    name = order.target or LOCAL
    if name != LOCAL and name not in settings.targets:
        raise NotFound(f"no target is called {name[:80]}", did_you_mean(name, [LOCAL, *settings.targets]))
    seed = secrets.randbelow(LARGEST_SEED) if order.seed is None else order.seed
    asks = scenario.asks(order.scale, order.seconds, order.rate)
    there = known(config, name, settings.targets[name].edges if name in settings.targets else {})
    there = replace(there, production=name in settings.targets and settings.targets[name].production)
    permit(settings, there, asks.rate, asks.seconds, order.confirm or None, scale=asks.scale, words=FIELDS)
    facts = Facts(
        name=scenario.name,
        title=scenario.title,
        kind=scenario.kind,
        target=name,
        began=now,
        seed=seed,
        scale=asks.scale,
        seconds=asks.seconds,
        rate=asks.rate if asks.flows else None,
    )
    return Asked(replace(order, seed=seed), facts, scenario.written.load.timeout)


def _scenario(order: Order) -> Scenario:
    """Only YAML: a Python scenario is a program, and whoever may start a load test may not run programs here."""
    if order.text:
        return parsed(order.text)
    return bundled(order.scenario)
