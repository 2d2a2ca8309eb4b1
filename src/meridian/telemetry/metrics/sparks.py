"""Lines as a row of block characters, for terminals. Pure."""

from collections.abc import Sequence

LEVELS = "▁▂▃▄▅▆▇█"
GAP = "·"
"""Where nothing was measured."""


def squeezed(values: Sequence[float | None], wide: int) -> list[float | None]:
    """At most `wide` values: each the largest of those it stands for, so that no peak is lost."""
    if len(values) <= wide:
        return list(values)
    found: list[float | None] = []
    for column in range(wide):
        part = values[column * len(values) // wide : (column + 1) * len(values) // wide]
        found.append(max((value for value in part if value is not None), default=None))
    return found


def blocks(values: Sequence[float | None], low: float, high: float) -> str:
    """One character for each value, from `low` (the lowest block) to `high`."""
    span = (high - low) or 1.0
    top = len(LEVELS) - 1
    return "".join(
        GAP if value is None else LEVELS[max(0, min(top, round((value - low) / span * top)))]
        for value in values
    )
