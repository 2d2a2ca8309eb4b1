"""Thresholds as people write them: `p95 < 200ms`, `swipe.p99 < 800ms in EU`, `errors < 1% during hold`.

They are only read here. What a run is measured to, and whether it holds, is worked out in `results/judge.py`.
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, cast

from meridian.core.suggest import did_you_mean

Unit = Literal["ms", "%", "s", "/s", "MB/h"]
Order = Literal["<", "<=", ">", ">="]

LATENCIES = frozenset({"p50", "p75", "p90", "p95", "p99", "p999", "max", "mean"})
OUTCOMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "limited": ("limited",),
        "refused": ("refused",),
        "unavailable": ("unavailable",),
        "timeouts": ("timeout",),
        "broken": ("broken",),
        "checks": ("check",),
    }
)
"""Measure -> the outcomes (see `loadtest.outcomes`) whose share of the answers it is. `errors` is that of all in FAILED."""
MEASURES: Mapping[str, tuple[Unit, ...]] = MappingProxyType(
    {
        **dict.fromkeys(sorted(LATENCIES), ("ms",)),
        "errors": ("%",),
        **dict.fromkeys(OUTCOMES, ("%",)),
        "rate": ("%", "/s"),
        "knee": ("/s",),
        "recovery": ("s",),
        "gap": ("ms",),
        "leak": ("MB/h",),
    }
)
"""Measure -> the units that a bound may have. rate: requests sent, of those asked for or each second. knee: the highest rate at
which the target still keeps up. recovery: from the end of a spike or the restoring of what was broken until all is normal
again. gap: the longest time in which users of a region got no answer while something moved. leak: growth of a sampled
process's memory."""
FLOORS = frozenset({"rate", "knee"})
"""Measures of which more is better."""
WHOLE = frozenset({"knee", "recovery", "gap", "leak"})
"""Measures of the run as a whole, which no step has."""

IMPLIED = "errors < 1% (implied)"
"""The objective of a scenario that has none about errors: a run in which everything fails does not pass."""

_FORM = re.compile(
    r"(?:(?P<step>[A-Za-z][\w-]*)\.)?(?P<measure>[A-Za-z]\w*)\s*(?P<order><=|>=|<|>)\s*"
    r"(?P<number>[0-9]+(?:\.[0-9]+)?)\s*(?P<unit>[A-Za-z%/]*)"
    r"(?:\s+in\s+(?P<region>[A-Za-z][\w-]*))?(?:\s+during\s+(?P<phase>[A-Za-z][\w-]*))?(?:\s+\(implied\))?",
    re.ASCII,
)
_EXAMPLES: Mapping[Unit, str] = MappingProxyType(
    {"ms": "200ms", "%": "1%", "s": "30s", "/s": "800/s", "MB/h": "10MB/h"}
)
_TIMES = MappingProxyType({"ms": 1.0, "s": 1000.0, "m": 60_000.0})
"""Unit of a time -> milliseconds."""
_ORDERS: Mapping[str, Callable[[float, float], bool]] = MappingProxyType(
    {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
)


@dataclass(frozen=True, slots=True)
class Threshold:
    """text: exactly as written. line: where, counted from 1; 0 when it stands in no file. measure: one of MEASURES.

    bound: in its unit, but a `%` is a share from 0 to 1. step, region, phase: what it is about; empty: everything."""

    text: str
    line: int
    measure: str
    order: Order
    bound: float
    unit: Unit
    step: str = ""
    region: str = ""
    phase: str = ""

    def holds(self, value: float) -> bool:
        """value: in the same unit as the bound."""
        return _ORDERS[self.order](value, self.bound)

    @property
    def where(self) -> str:
        """For people: "swipe in EU during hold"; empty when it is about everything."""
        named = [self.step, self.region and f"in {self.region}", self.phase and f"during {self.phase}"]
        return " ".join(filter(None, named))


def threshold(text: str, line: int = 0) -> Threshold:
    """An objective. Raises ValueError with a sentence, and after a semicolon what to do."""
    read = condition(text, line)
    falls = read.order in ("<", "<=")
    if falls == (read.measure in FLOORS):
        turned = read.text.replace(read.order, read.order.translate(_TURNED))
        better = "more" if read.measure in FLOORS else "less"
        raise ValueError(f"`{read.text}` fails a run that does well, as {better} is better; write `{turned}`")
    return read


_TURNED = str.maketrans("<>", "><")


def condition(text: str, line: int = 0) -> Threshold:
    """As `threshold`, whichever way its sign points: what abort rules wait for."""
    text = text.strip()
    found = _FORM.fullmatch(text)
    if not found:
        raise ValueError(
            f"`{_short(text)}` is not a threshold; "
            "write it as `p95 < 200ms`, `errors < 1% during hold` or `swipe.p99 < 800ms in EU`"
        )
    measure, step = found["measure"], found["step"] or ""
    if measure not in MEASURES:
        raise ValueError(f"{measure} is not measured; {did_you_mean(measure, MEASURES)}")
    if measure in WHOLE and step:
        raise ValueError(f"{measure} is of the whole run; write it without `{step}.`")
    unit, bound = _bound(text, measure, found["number"], found["unit"])
    order = cast(Order, found["order"])
    return Threshold(
        text, line, measure, order, bound, unit, step, found["region"] or "", found["phase"] or ""
    )


def _bound(text: str, measure: str, number: str, written: str) -> tuple[Unit, float]:
    allowed = MEASURES[measure]
    value = float(number)
    if written in _TIMES and allowed[0] in ("ms", "s"):
        return allowed[0], value * _TIMES[written] / _TIMES[allowed[0]]
    for unit in allowed:
        if written == unit:
            return unit, value / 100 if unit == "%" else value
    examples = " or ".join(_EXAMPLES[unit] for unit in allowed)
    wrong = f"{measure} has the unit {written}" if written else f"`{_short(text)}` has no unit"
    raise ValueError(f"{wrong}; write for example {examples}")


def _short(text: str) -> str:
    return text if len(text) <= 60 and text.isprintable() else repr(text[:59] + "…")
