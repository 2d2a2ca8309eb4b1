"""What is counted, by which labels: every kind of cube there is.

Bounded by design: a label is something that the configuration or a standard names (a region, a feature, a country), never a
user, an address or a path. So the largest kind has some hundred cells in a window.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

Merge = Literal["sum", "max"]
Sketch = Literal["", "histogram", "distinct"]

OTHER = "other"
"""The value of every label of a cell that stands for those beyond the most that a window keeps apart."""


@dataclass(frozen=True, slots=True)
class Kind:
    """labels: names, in order. sums: names of what is added up, in order; those in `maxima` keep their largest value instead.
    sketch: what a cell holds besides. most: cells that one window of one edge keeps apart."""

    name: str
    labels: tuple[str, ...]
    sums: tuple[str, ...]
    maxima: frozenset[str] = frozenset()
    sketch: Sketch = ""
    most: int = 1000
    _places: dict[str, int] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        self._places.update({name: place for place, name in enumerate(self.labels)})

    def place(self, label: str) -> int:
        """Raises KeyError when the kind has no such label."""
        return self._places[label]


TRAFFIC = Kind(
    "traffic",
    ("region", "location", "feature", "service", "version", "status"),
    ("requests", "bytes_in", "bytes_out"),
    sketch="histogram",
)
"""Requests. region: the user's. location: the one that answered, empty where none did. status: "2xx", "3xx",
"4xx", "429", "5xx", or "none" where the client went away. The histogram is of milliseconds until the answer's end."""

MARKET = Kind("market", ("country", "region", "location", "outcome"), ("requests",))
"""Where each country's traffic goes. outcome: "ok", "refused" (429, 403 and what the edge refused
by itself) or "failed" (5xx, none)."""

ACTION = Kind("action", ("action", "tier", "region", "limit"), ("requests",))
"""Actions by tier. limit: the one that refused them, empty where none did."""

PEOPLE = Kind("people", ("region", "who"), (), sketch="distinct")
"""Distinct users ("users"), those of a tier that pays ("paying"), and client addresses ("clients")."""

EDGE = Kind("edge", ("region", "edge", "name"), ("samples", "total", "most"), frozenset({"most"}))
"""What Envoy and its agent say of themselves, such as "connections" or "memory_bytes": mean = total / samples."""

BUSINESS = Kind("business", ("region", "type"), ("events", "amount"))
"""Business events, by type; amount in the event's own unit (tokens, or minor units of the payouts' currency)."""

GAUGE = Kind("gauge", ("name", "region", "what"), ("samples", "total", "most"), frozenset({"most"}))
"""What control observes itself, such as "location_up", "payouts_failed": a value every few seconds, mean = total / samples.
region and what may be empty."""

KINDS: Mapping[str, Kind] = MappingProxyType(
    {kind.name: kind for kind in (TRAFFIC, MARKET, ACTION, PEOPLE, EDGE, BUSINESS, GAUGE)}
)
