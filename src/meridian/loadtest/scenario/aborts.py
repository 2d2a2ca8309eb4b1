"""What ends a run early: a condition that has held for so long, such as `errors > 50% for 10s`."""

import re
from dataclasses import dataclass

from meridian.config.schema.base import duration
from meridian.loadtest.scenario.thresholds import WHOLE, Threshold, condition

_FORM = re.compile(
    r"(?P<condition>.*?)\s+for\s+(?P<number>[0-9]+(?:\.[0-9]+)?)(?P<unit>s|m)\s*", re.ASCII | re.DOTALL
)
_SHORTEST = 1.0
_SECONDS = {"s": 1.0, "m": 60.0}


@dataclass(frozen=True, slots=True)
class Abort:
    """text: exactly as written. when: what must be true in each of `seconds` seconds that follow each other."""

    text: str
    line: int
    when: Threshold
    seconds: float


def abort_rule(text: str, line: int = 0) -> Abort:
    """Raises ValueError with a sentence, and after a semicolon what to do."""
    found = _FORM.fullmatch(text.strip())
    if not found:
        condition(text)  # the sentence about its beginning comes first, where that is wrong
        raise ValueError(f"`{text.strip()}` does not say for how long; write `{text.strip()} for 10s`")
    when = condition(found["condition"], line)
    if when.measure in WHOLE:
        raise ValueError(
            f"{when.measure} is known when the run is over; wait for errors, limited, rate or a latency"
        )
    if when.phase:
        raise ValueError("an abort rule holds during the whole run; write it without `during`")
    seconds = float(found["number"]) * _SECONDS[found["unit"]]
    if seconds < _SHORTEST:
        raise ValueError(
            f"`for {duration(seconds)}` is too short, as seconds are looked at; write at least 1s"
        )
    return Abort(text.strip(), line, when, seconds)
