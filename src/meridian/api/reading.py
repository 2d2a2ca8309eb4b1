"""A configuration's text as control takes it: read and checked, with every finding and where it stands."""

from meridian.config import loading
from meridian.config.schema.root import Config
from meridian.features import features


def read(text: str) -> Config:
    return loading.load(text.encode(), features())
