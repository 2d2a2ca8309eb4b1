"""Chance that remembers nothing: number `n` of a stream follows from the seed and `n` alone, in any order, in any process.

splitmix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014) over a counter: its
finalizer spreads each change of the counter over all 64 bits, which is what load needs; it is no cryptography.
"""

import numpy as np
from numpy.typing import NDArray

_MASK = (1 << 64) - 1
_STEP = 0x9E3779B97F4A7C15
_FIRST = 0xBF58476D1CE4E5B9
_SECOND = 0x94D049BB133111EB
_UNIT = 2.0**-53


def mixed(number: int) -> int:
    """64 bits that look like chance."""
    bits = (number + _STEP) & _MASK
    bits = ((bits ^ (bits >> 30)) * _FIRST) & _MASK
    bits = ((bits ^ (bits >> 27)) * _SECOND) & _MASK
    return bits ^ (bits >> 31)


class Stream:
    """Chance for one purpose; streams of other purposes, of the same seed, have nothing to do with it."""

    __slots__ = ("_key",)

    def __init__(self, seed: int, purpose: str) -> None:
        name = 0
        for letter in purpose.encode():
            name = mixed(name ^ letter)
        self._key = mixed(mixed(seed & _MASK) ^ name)

    def bits(self, number: int) -> int:
        return mixed((self._key + number * _STEP) & _MASK)

    def unit(self, number: int) -> float:
        """From 0 up to, and never, 1."""
        return (mixed((self._key + number * _STEP) & _MASK) >> 11) * _UNIT

    def units(self, numbers: NDArray[np.uint64]) -> NDArray[np.float64]:
        """`unit` of each, to the last bit."""
        bits = np.uint64(self._key) + numbers * np.uint64(_STEP) + np.uint64(_STEP)
        bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(_FIRST)
        bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(_SECOND)
        bits ^= bits >> np.uint64(31)
        spread: NDArray[np.float64] = (bits >> np.uint64(11)).astype(np.float64) * _UNIT
        return spread
