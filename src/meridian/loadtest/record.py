"""What is written down while a load test runs. Everything in it adds up: the record of a run is the sum of those of its
shards, its processes and its seconds, in any order, and exactly."""

from typing import NamedTuple


class Key(NamedTuple):
    """What latencies are kept apart by, besides the second in which the request was due. step: place in the plan's list.
    region: the user's. location, version: of who answered; empty where nobody did."""

    step: int
    region: str
    location: str
    version: str
    outcome: str
