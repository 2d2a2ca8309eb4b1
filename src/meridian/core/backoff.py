"""How long to wait before trying again: twice as long after each failure, up to a longest pause."""

_MOST = 16
"""Doublings: beyond these every pause is the longest, and the number stays one."""


def backoff(failures: int, first: float, longest: float) -> float:
    """Seconds after so many failures in a row: `first` after one, then twice that..., and 0 after none."""
    return min(longest, first * 2.0 ** min(failures - 1, _MOST)) if failures > 0 else 0.0


def spread(pause: float, chance: float) -> float:
    """Between half of the pause and all of it, so that what failed together does not come back together. chance: 0 to 1."""
    return pause * (0.5 + chance / 2)
