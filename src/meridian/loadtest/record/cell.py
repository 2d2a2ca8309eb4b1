"""What requests are told apart by."""

from typing import NamedTuple


class Key(NamedTuple):
    """What latencies are kept apart by, besides the second in which the request was due. step: place in the plan's list.
    region: the user's. location, version: of who answered; empty where nobody did."""

    step: int
    region: str
    location: str
    version: str
    outcome: str


class Failure(NamedTuple):
    """What failures are kept apart by: as `Key`, and what was wrong in a few words."""

    step: int
    region: str
    outcome: str
    detail: str
