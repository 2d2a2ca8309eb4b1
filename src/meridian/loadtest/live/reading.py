"""Reads what a runner told: a runner of another version may tell other things, and what is none is left out."""

from collections.abc import Mapping, Sequence
from typing import Any

Told = Mapping[str, Any]


def number(raw: Told, name: str) -> float | None:
    return numeric(raw.get(name))


def numeric(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def numbers(raw: Told, name: str) -> Sequence[float | None]:
    return [numeric(value) for value in items(raw, name)]


def part(raw: Told, name: str) -> Told:
    value = raw.get(name)
    return value if isinstance(value, Mapping) else {}


def parts(raw: Told, name: str) -> Sequence[Told]:
    return [each for each in items(raw, name) if isinstance(each, Mapping)]


def items(raw: Told, name: str) -> Sequence[Any]:
    value = raw.get(name)
    return value if isinstance(value, list) else []


def total(several: Sequence[Told], name: str) -> float:
    return sum(number(each, name) or 0 for each in several)


def most(several: Sequence[Told], name: str) -> float | None:
    return max((found for each in several if (found := number(each, name)) is not None), default=None)
