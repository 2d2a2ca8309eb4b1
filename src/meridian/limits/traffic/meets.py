"""Which limits a line of the access log met, and in which order: what is counted, replayed and simulated goes by this. Pure.

A check through the check API is no request, but stands for one. Its line has the action, the user and the tier that the app
asked about; its address is the app's own. So it counts for the limits by user and burst alone. A check that only looked has
no action, and met nothing: its line does not count.
"""

from collections.abc import Iterator

from meridian.limits.applies import ORDER, Met, met
from meridian.limits.settings import Limits, Policy

CHECKED = "infrastructure"
"""The feature of checks."""


def meets(limits: Limits, feature: str, action: str, signed_in: bool) -> Iterator[Met]:
    """As `applies.met`, for checks too."""
    if feature != CHECKED:
        yield from met(limits, feature, action, signed_in)
        return
    known = limits.actions.get(action)
    for each in met(limits, known.feature, action, signed_in) if known else ():
        if each.policy.key in ("burst", "user"):
            yield each


def place(policy: Policy) -> tuple[bool, int]:
    """Earlier ones are met first: those that the edge counts, then the exact ones."""
    return policy.scope == "exact", ORDER.index(policy.key)
