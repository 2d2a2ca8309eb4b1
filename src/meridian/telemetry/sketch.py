"""Whether bytes are a sketch that can be opened: the library that opens them trusts them, and broken ones end its process.

The layout is the compact HLL_4 image of DataSketches (https://datasketches.apache.org/docs/HLL/HllSketches.html): up to 7 values
as a list, up to 192 as a set, and beyond that 2,048 registers of four bits with exceptions for the few that are larger.
"""

import math
import struct
from collections.abc import Sequence

REGISTERS_LOG2 = 11
_REGISTERS = 1 << REGISTERS_LOG2
_LIST, _SET, _HLL = 0, 1, 2
_IN_LIST, _IN_SET = 7, 192
_COMPACT, _EMPTY, _OUT_OF_ORDER = 8, 4, 16
_START = 40
_ARRAY = _REGISTERS // 2
_LARGEST = 63
_LOW = bytes(byte & 15 for byte in range(256))
_HIGH = bytes(byte >> 4 for byte in range(256))
_EXCEPTION = 15
MOST_BYTES = _START + _ARRAY + 4 * _REGISTERS
"""What a sketch could need at most; nearly all have 1.1 kB."""


def sound(raw: bytes) -> bool:
    """Whether everything in it fits together."""
    if not 8 <= len(raw) <= MOST_BYTES or raw[1:4] != bytes([1, 7, REGISTERS_LOG2]):
        return False
    flags, mode = raw[5], raw[7]
    if not flags & _COMPACT or flags & ~(_COMPACT | _EMPTY | _OUT_OF_ORDER):
        return False
    if mode == _LIST and raw[0] == 2 and raw[4] == 3:
        return bool(flags & _EMPTY) == (raw[6] == 0) and _coupons(raw[8:], raw[6], _IN_LIST)
    if flags & _EMPTY:
        return False
    if mode == _SET and raw[0] == 3 and 5 <= raw[4] <= 8 and len(raw) >= 12:
        return raw[6] == 0 and _coupons(raw[12:], _int(raw, 8), _IN_SET)
    return mode == _HLL and raw[0] == 10 and len(raw) >= _START + _ARRAY and _registers(raw)


def _coupons(raw: bytes, count: int, most: int) -> bool:
    """Different values that were seen: each a hash and the run of zeros in another."""
    if not 0 <= count <= most or len(raw) != 4 * count:
        return False
    found = struct.unpack(f"<{count}I", raw)
    return len(set(found)) == count and all(1 <= each >> 26 <= _LARGEST for each in found)


def _registers(raw: bytes) -> bool:
    lowest, at_lowest, exceptions = raw[6], _int(raw, 32), _int(raw, 36)
    if not 0 <= exceptions <= _REGISTERS or len(raw) != _START + _ARRAY + 4 * exceptions:
        return False
    sums = struct.unpack("<3d", raw[8:32])
    if not all(math.isfinite(each) and 0 <= each < 1e15 for each in sums) or sums[1] > _REGISTERS:
        return False
    array = raw[_START : _START + _ARRAY]
    halves = array.translate(_LOW), array.translate(_HIGH)
    large = struct.unpack(f"<{exceptions}I", raw[_START + _ARRAY :])
    return (
        lowest <= _LARGEST - _EXCEPTION
        and sum(half.count(0) for half in halves) == at_lowest
        and _excepted(halves, large, lowest + _EXCEPTION)
    )


def _excepted(halves: tuple[bytes, bytes], large: Sequence[int], least: int) -> bool:
    """Each register that is marked as an exception has one, and no other has."""
    slots = [each & (_REGISTERS - 1) for each in large]
    marked = sum(half.count(_EXCEPTION) for half in halves)
    return (
        len(set(slots)) == len(slots) == marked
        and all(halves[slot & 1][slot >> 1] == _EXCEPTION for slot in slots)
        and all(least <= each >> 26 <= _LARGEST for each in large)
    )


def _int(raw: bytes, place: int) -> int:
    return int.from_bytes(raw[place : place + 4], "little", signed=True)
