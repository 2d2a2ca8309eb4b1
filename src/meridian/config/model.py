"""The whole configuration's model: the core's settings, and one section for each feature of Meridian that has some."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, Protocol

from pydantic import create_model

from meridian.config.change import Change
from meridian.config.schema.base import Section
from meridian.config.schema.root import Config
from meridian.core.errors import Finding


class Configurable(Protocol):
    """What the configuration needs to know of a feature; `meridian.feature.Feature` has it."""

    @property
    def name(self) -> str: ...
    @property
    def settings(self) -> type[Section] | None: ...
    @property
    def check(self) -> Callable[[Config], Iterable[Finding]]: ...
    @property
    def changes(self) -> Callable[[Config, Config], Iterable[Change]]: ...


def config_model(features: Sequence[Configurable]) -> type[Config]:
    """Config with an optional section for each feature that has settings. Raises ValueError when two use one name."""
    return _model(tuple((feature.name, feature.settings) for feature in features if feature.settings))


@lru_cache(maxsize=8)
def _model(sections: tuple[tuple[str, type[Section]], ...]) -> type[Config]:
    fields: dict[str, Any] = {}
    for name, settings in sections:
        if name in fields or name in Config.model_fields:
            raise ValueError(f"two parts of Meridian have settings called {name!r}")
        fields[name] = (settings, settings())
    whole: type[Config] = create_model("Config", __base__=Config, __doc__=Config.__doc__, **fields)
    for name, settings in sections:
        whole.model_fields[name].description = (settings.__doc__ or "").strip()
    return whole
