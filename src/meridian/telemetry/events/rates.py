"""Rates of the business, from BUSINESS cubes of a span of time, wherever those come from (memory or history). Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from meridian.telemetry.cube import Cube

EARNED, SPENT, PURCHASED = "token.earned", "token.spent", "token.purchased"


@dataclass(frozen=True, slots=True)
class TokenRates:
    """Tokens per minute, and transactions per minute. net: earned less spent."""

    earned: float
    spent: float
    purchased: float
    transactions: float

    @property
    def net(self) -> float:
        return self.earned - self.spent


def token_rates(cube: Cube, seconds: float, region: str | None = None) -> TokenRates:
    """cube: BUSINESS, of `seconds`. region: only this one."""
    each = {kind: _of(cube, {kind}, region) for kind in (EARNED, SPENT, PURCHASED)}
    minutes = seconds / 60
    earned, spent, purchased = (each[kind][1] / minutes for kind in (EARNED, SPENT, PURCHASED))
    return TokenRates(earned, spent, purchased, sum(n for n, _ in each.values()) / minutes)


def cdn_hit_rate(cube: Cube, region: str | None = None) -> float | None:
    """Share from 0 to 1; None where nothing was served."""
    hits, misses = (_of(cube, {kind}, region)[0] for kind in ("cdn.hit", "cdn.miss"))
    return hits / (hits + misses) if hits + misses else None


def _of(cube: Cube, types: Collection[str], region: str | None) -> tuple[float, float]:
    """Events and amount."""
    where = {"type": types} | ({} if region is None else {"region": [region]})
    cells = cube.grouped((), where).cells.values()
    return sum(cell.sums[0] for cell in cells), sum(cell.sums[1] for cell in cells)
