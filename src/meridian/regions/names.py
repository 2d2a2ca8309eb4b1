"""Names of the policy that people and programs give us, checked where they come in."""

from meridian.config.schema.root import Config
from meridian.core.names import known_name


def region_name(config: Config, text: str) -> str:
    """Raises NotFound with the name that was probably meant."""
    return known_name(text, config.regions, "region")


def feature_name(config: Config, text: str) -> str:
    """Raises NotFound with the name that was probably meant."""
    return known_name(text, config.features, "feature")
