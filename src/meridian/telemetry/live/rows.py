"""Rows of a pulse as a block, without making cells of them: each second a few thousand rows come in, and this takes a
microsecond or two for each where `Cube.from_json` takes ten."""

import base64
from typing import Any

import numpy as np

from meridian.telemetry.cube import LONGEST, Labels
from meridian.telemetry.distinct import Distinct
from meridian.telemetry.live.columns import BUCKETS, Block, Keys, one

LARGEST = 1e18
NUMBERS = frozenset({int, float})
WHOLE = frozenset({int})


def block_of(keys: Keys, rows: Any) -> Block:
    """As `Cube.from_json`. Raises ValueError, saying what is wrong, for what are no rows of the keys' kind."""
    kind = keys.kind
    if not isinstance(rows, list) or len(rows) > 4 * kind.most:
        raise ValueError(f"a cube of {kind.name} is a list of at most {4 * kind.most} rows")
    many, wide = len(kind.labels), len(kind.labels) + len(kind.sums) + bool(kind.sketch)
    cells: list[int] = []
    sums: list[Any] = []
    places: list[Any] = []
    counts: list[Any] = []
    lengths: list[int] = []
    distinct: dict[int, Distinct] = {}
    for row in rows:
        if type(row) is not list or len(row) != wide:
            raise ValueError(f"a row of {kind.name} has {wide} fields")
        key = _key(keys, tuple(row[:many]))
        cells.append(key)
        if kind.sketch == "histogram":
            pairs = row[-1]
            if type(pairs) is not list or len(pairs) % 2:
                raise ValueError("a histogram is pairs of bucket and count")
            places += pairs[::2]
            counts += pairs[1::2]
            lengths.append(len(pairs) // 2)
            sums += row[many:-1]
        elif kind.sketch:
            sketch = Distinct.from_bytes(base64.b64decode(str(row[-1]), validate=True))
            distinct[key] = one([*filter(None, [distinct.get(key)]), sketch])
            sums += row[many:-1]
        else:
            sums += row[many:]
    if not NUMBERS.issuperset(map(type, sums)) or not all(abs(each) < LARGEST for each in sums):
        raise ValueError(f"the sums of {kind.name} are numbers")
    if not WHOLE.issuperset(map(type, places)) or not WHOLE.issuperset(map(type, counts)):
        raise ValueError("a histogram is pairs of bucket and count")
    if places and not (
        min(places) >= 0 and max(places) < BUCKETS and min(counts) >= 0 and max(counts) < LARGEST
    ):
        raise ValueError("a histogram has no such bucket or count")
    numbers = np.array(cells, dtype=np.int64)
    bases = np.repeat(numbers, lengths) * BUCKETS if lengths else numbers[:0]
    return Block(
        numbers,
        np.array(sums, dtype=np.float64).reshape(len(cells), len(kind.sums)),
        bases + np.array(places, dtype=np.int64),
        np.array(counts, dtype=np.float64),
        distinct,
    )


def _key(keys: Keys, labels: tuple[Any, ...]) -> int:
    try:
        found = keys.known(labels)
    except TypeError:
        found = None
    return keys.number(_labels(keys, labels)) if found is None else found


def _labels(keys: Keys, labels: tuple[Any, ...]) -> Labels:
    if not all(isinstance(label, str) for label in labels):
        raise ValueError(f"the labels of {keys.kind.name} are text")
    return tuple(label[:LONGEST].replace("\x00", "\N{REPLACEMENT CHARACTER}") for label in labels)
