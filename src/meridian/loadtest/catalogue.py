"""The scenarios that come with Meridian and the targets that are configured, for lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from meridian.loadtest.scenario.loading import available, bundled
from meridian.loadtest.settings import LOCAL, LoadTests

if TYPE_CHECKING:
    from meridian.config.schema.root import Config


def built_in() -> list[dict[str, Any]]:
    """JSON, a row for each. rate: requests a second at scale 1, at the highest; None in a closed model. duration: seconds."""
    return [_row(name) for name in available()]


def scenarios(config: Config) -> dict[str, Any]:
    """With the targets that can be aimed at, the local world first."""
    settings = config.section(LoadTests)
    targets = [{"name": LOCAL, "production": False}]
    targets += [{"name": name, "production": target.production} for name, target in settings.targets.items()]
    return {"scenarios": built_in(), "targets": targets}


def _row(name: str) -> dict[str, Any]:
    scenario = bundled(name)
    each = sum(step.share for step in scenario.written.flow)
    return {
        "name": scenario.name,
        "title": scenario.title,
        "kind": scenario.kind,
        "description": scenario.description,
        "rate": round(scenario.top * each, 3) if scenario.top else None,
        "duration": scenario.seconds,
        "steps": [step.name for step in scenario.written.flow],
        "thresholds": [one.text for one in scenario.thresholds],
        "chaos": [f"at {one.at:g}s: {one.text}" for one in scenario.chaos],
    }
