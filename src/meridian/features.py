"""The one place where features are registered. Add yours as one line; see docs/adding-a-feature.md."""

import os
from collections.abc import Mapping
from functools import cache
from importlib import import_module

from meridian.config.schema.root import Config
from meridian.core.errors import MeridianError
from meridian.feature import Feature

FEATURES = (
    "meridian.telemetry.feature",
    "meridian.regions.feature",
    "meridian.limits.feature",
    "meridian.degradation.feature",
    "meridian.alerts.feature",
    "meridian.costs.feature",
    "meridian.loadtest.feature",
)
"""Modules that hold a `FEATURE`, in the order in which they contribute."""

EXTRA = "MERIDIAN_FEATURES"
"""Environment variable: more modules, separated by commas, for features that live outside this project."""


@cache
def features() -> tuple[Feature, ...]:
    """Every registered feature. Raises MeridianError when one cannot be loaded, or takes the name of another."""
    extra = [name.strip() for name in os.environ.get(EXTRA, "").split(",") if name.strip()]
    found: dict[str, str] = {}
    loaded = []
    for module in (*FEATURES, *extra):
        feature = _load(module)
        _require_own_name(feature, module, found)
        found[feature.name] = module
        loaded.append(feature)
    return tuple(loaded)


def _require_own_name(feature: Feature, module: str, taken: Mapping[str, str]) -> None:
    """A feature's name is the key of its settings and of its state, so it belongs to one. taken: name -> module."""
    other = taken.get(feature.name)
    if other == module:
        raise MeridianError(f"the feature module {module} is named twice", f"name it once in {EXTRA}")
    if other is not None:
        raise MeridianError(
            f"the features of {other} and {module} are both called {feature.name}", "rename one of them"
        )
    if feature.settings is not None and feature.name in Config.model_fields:
        raise MeridianError(
            f"the feature of {module} is called {feature.name}, which is a setting of Meridian's own",
            "give it another name",
        )


def _load(name: str) -> Feature:
    try:
        feature = import_module(name).FEATURE
    except (ImportError, AttributeError) as error:
        raise MeridianError(
            f"the feature module {name} cannot be loaded: {error}", f"check {EXTRA}"
        ) from error
    if not isinstance(feature, Feature):
        raise MeridianError(f"{name}.FEATURE is not a Feature", "see docs/adding-a-feature.md")
    return feature
