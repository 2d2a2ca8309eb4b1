"""The `costs` section."""

from meridian.config.schema.base import Section


class Costs(Section):
    """What the traffic costs, by region and by user, from configured prices and measured use.."""
