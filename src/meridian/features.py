"""The one place where features are registered. Add yours as one line; see docs/adding-a-feature.md."""

import os
from functools import cache
from importlib import import_module

from meridian.core.errors import MeridianError
from meridian.feature import Feature

FEATURES = ("meridian.regions.feature",)
"""Modules that hold a `FEATURE`, in the order in which they contribute."""

EXTRA = "MERIDIAN_FEATURES"
"""Environment variable: more modules, separated by commas, for features that live outside this project."""


@cache
def features() -> tuple[Feature, ...]:
    """Every registered feature. Raises MeridianError when one cannot be loaded."""
    extra = [name.strip() for name in os.environ.get(EXTRA, "").split(",") if name.strip()]
    return tuple(_load(name) for name in (*FEATURES, *extra))


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
