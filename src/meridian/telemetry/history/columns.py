"""Columns of numbers as bytes: each as narrow as its numbers allow, the bytes of equal weight side by side, so that zlib finds
them alike. Sums are whole numbers nearly always; a column with others keeps all its bits."""

import struct
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_HEAD = struct.Struct("<BI")
_FLOAT = 0
_WIDTHS = (1, 2, 4, 8)
_EXACT = float(2**53)
_LEVEL = 6
LARGEST = 1 << 30
"""Bytes that a block may unpack to: what is larger is damaged."""


def pack(columns: Sequence[NDArray[Any]]) -> bytes:
    return zlib.compress(b"".join(_column(each) for each in columns), _LEVEL)


class Unpacked:
    """Reads a packed block column by column, in the order in which they were packed. Raises ValueError when it is damaged."""

    def __init__(self, packed: bytes) -> None:
        try:
            self._raw = zlib.decompress(packed)
        except zlib.error as error:
            raise ValueError(f"a block of history is damaged: {error}") from None
        self._at = 0

    def ints(self) -> Ints:
        return self._next().astype(np.int64, copy=False)

    def floats(self) -> Floats:
        return self._next().astype(np.float64, copy=False)

    def rest(self) -> bytes:
        """The bytes of one column as they are."""
        width, many = self._head()
        assert width == 1
        found = self._raw[self._at : self._at + many]
        self._at += many
        return found

    def _head(self) -> tuple[int, int]:
        width, many = _HEAD.unpack_from(self._raw, self._at)
        self._at += _HEAD.size
        return width, many

    def _next(self) -> NDArray[Any]:
        width, many = self._head()
        size = many * (width or 8)
        raw = np.frombuffer(self._raw, np.uint8, size, self._at)
        self._at += size
        if width == 1:
            return raw
        planes = np.ascontiguousarray(raw.reshape(width or 8, many).T)
        return planes.view(np.float64 if width == _FLOAT else f"<u{width}").reshape(many)


def _column(values: NDArray[Any]) -> bytes:
    many = len(values)
    width = _width(values)
    narrow = values.astype(np.float64) if width == _FLOAT else values.astype(f"<u{width}")
    planes = narrow.view(np.uint8).reshape(many, width or 8).T if many else narrow
    return _HEAD.pack(width, many) + planes.tobytes()


def _width(values: NDArray[Any]) -> int:
    if not len(values):
        return 1
    least, most = values.min(), values.max()
    if values.dtype.kind == "f" and (most >= _EXACT or not np.array_equal(values, np.floor(values))):
        return _FLOAT
    if least < 0:
        return _FLOAT
    return next(width for width in _WIDTHS if int(most) < 1 << (8 * width))
