"""Which values labels can have, as far as the configuration says: a misspelt one would never match anything. Pure."""

from collections.abc import Callable, Collection
from typing import Any

from meridian.config.schema.root import Config
from meridian.telemetry.events.states import SEVERITIES

Values = Callable[[str, str], Collection[str] | None]
"""Metric, label -> its values; None where the configuration does not say."""

STATUSES = ("2xx", "3xx", "4xx", "429", "5xx", "none")
OUTCOMES = ("ok", "refused", "failed")


def values_of(config: Config) -> Values:
    labels: dict[str, Collection[str]] = {
        "region": config.regions,
        "location": config.locations,
        "feature": config.features,
        "service": config.services,
        "country": [code for codes in config.countries.values() for code in codes],
        "status": STATUSES,
        "outcome": OUTCOMES,
    }
    if actions := _named(config, "limits", "actions"):
        labels["action"] = actions
    what: dict[str, Collection[str]] = {
        "location_up": config.locations,
        "service_up": [
            f"{service}@{location}" for service in config.services for location in config.locations
        ],
        "fraud_alerts_active": SEVERITIES,
        "channel_up": _named(config, "alerts", "channels"),
    }
    return lambda metric, label: what.get(metric) if label == "what" else labels.get(label)


def _named(config: Config, section: str, names: str) -> Collection[str]:
    """The names in a section of a feature that telemetry does not know; none where it is not registered."""
    found: Any = getattr(getattr(config, section, None), names, ())
    return list(found)
