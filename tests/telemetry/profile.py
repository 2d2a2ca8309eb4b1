"""The bundled profile, for tests of what it shows."""

from functools import cache
from pathlib import Path

from meridian.config.schema.root import Config
from meridian.config.validation import validate
from meridian.features import features

PROFILE = Path(__file__).parents[2] / "profiles/avalo/meridian.yaml"


@cache
def avalo() -> Config:
    return validate(PROFILE.read_text(), features=features()).config
