"""The widths of history's windows, and where each begins to be kept. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from meridian.core.errors import InvalidInput

WIDTHS = (10, 60, 300, 3600, 7200)
"""Seconds. Each divides the next."""
PARTITION = {10: 1800, 60: 86_400, 300: 86_400, 3600: 86_400, 7200: 86_400}
"""Seconds in a partition of each: a multiple of every coarser width, so that a coarser window is kept wholly or not at all."""
WIDEST_STEP = 7 * 86_400


@dataclass(frozen=True, slots=True)
class Floor:
    """From `kept_from` on (seconds since 1970) the table of this width has everything, from `viewed_from` on also as views."""

    width: int
    kept_from: int
    viewed_from: int = 0


Floors = Sequence[Floor]
"""Of every width, the finest first; none is kept longer than a coarser one."""


def below(start: int, width: int) -> int:
    """When the window of this width began that holds `start`."""
    return start // width * width


def finer(width: int) -> int:
    return WIDTHS[WIDTHS.index(width) - 1]


def coarser(width: int) -> int | None:
    place = WIDTHS.index(width) + 1
    return WIDTHS[place] if place < len(WIDTHS) else None


def entrance(floors: Floors, start: int) -> int | None:
    """The finest width that still keeps this time, where it enters; None: it is older than all history."""
    return next((floor.width for floor in floors if start >= floor.kept_from), None)


def width_for(floors: Floors, since: int, step: int) -> int:
    """The coarsest width that answers exactly in steps of `step`. since: a multiple of `step`.
    Raises InvalidInput when there is none."""
    if step % WIDTHS[0] or not 0 < step <= WIDEST_STEP:
        raise InvalidInput(
            f"a step of history is a multiple of {WIDTHS[0]} s, and at most 7 days, not {step} s"
        )
    found = max((floor for floor in floors if step % floor.width == 0), key=lambda floor: floor.width)
    if since < found.kept_from and any(floor.kept_from < found.kept_from for floor in floors):
        enough = next((floor.width for floor in floors if since >= floor.kept_from), WIDTHS[-1])
        raise InvalidInput(
            f"history of that time is no longer kept in steps of {step} s",
            f"ask with a step of {enough} s, or one that is a multiple of it",
        )
    return found.width


def step_for(floors: Floors, since: int, until: int, most: int) -> int:
    """The finest step that answers from `since`, with at most so many steps until `until`: a width, or a multiple of the
    coarsest."""
    span = max(until - since, 1)
    oldest = min(floor.kept_from for floor in floors)
    for floor in floors:
        if span <= floor.width * most and (since >= floor.kept_from or floor.kept_from == oldest):
            return floor.width
    widest = WIDTHS[-1]
    return widest * -(-span // (widest * most))


def seconds(at: datetime) -> int:
    return int(at.timestamp())
