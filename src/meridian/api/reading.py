"""A configuration's text as control takes it: read and checked, every finding with its line and column."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import create_model

from meridian.config.loading import Loaded, load
from meridian.config.schema.root import Config
from meridian.core.errors import InvalidInput
from meridian.envoy.compiler import Refused
from meridian.feature import Feature


@dataclass(frozen=True, slots=True)
class Reader:
    """model: the whole schema, with the sections of the features that are registered here."""

    features: Sequence[Feature]
    model: type[Config]

    def read(self, text: str) -> Loaded[Config]:
        """Raises InvalidConfig with everything that is wrong with its text, its shape, and what the features
        check."""
        loaded = load(text, self.model)
        loaded.refuse([finding for feature in self.features for finding in feature.check(loaded.config)])
        return loaded


def reader(features: Sequence[Feature]) -> Reader:
    sections: Mapping[str, Any] = {
        feature.name: (feature.settings, feature.settings()) for feature in features if feature.settings
    }
    return Reader(features, create_model("Config", __base__=Config, **sections))


def placed(loaded: Loaded[Config], refused: Refused) -> InvalidInput:
    """A refusal by the compiler, as an error that says where in the text each objection points to."""
    try:
        loaded.refuse(refused.findings)
    except InvalidInput as error:
        error.kind = refused.kind
        return error
    return refused
