"""The live view where there is no terminal: a line every few seconds, and one for each thing that happens."""

from collections.abc import Callable
from dataclasses import dataclass

from meridian.loadtest.live.view import View
from meridian.loadtest.outcomes import FAILED

EVERY = 5


@dataclass(slots=True)
class Lines:
    """say: prints a line."""

    say: Callable[[str], None]
    every: int = EVERY
    _last: int = -EVERY
    _events: int = 0
    _troubles: int = 0

    def show(self, view: View) -> None:
        for event in list(view.events)[self._events :]:
            self.say(f"{event['at']:7.1f} s  {event['sentence']}")
        self._events = max(self._events, len(view.events))
        for sentence in list(view.trouble)[self._troubles :]:
            self.say(sentence)
        self._troubles = max(self._troubles, len(view.trouble))
        if view.second - self._last >= self.every and view.second > 0:
            self._last = view.second
            self.say(line(view))


def line(view: View) -> str:
    row = view.recent.whole
    failed = sum(view.whole.outcomes[name] for name in FAILED)
    parts = [
        f"{view.second:5d} s",
        f"{view.achieved:,.0f}/s of {view.asked:,.0f}/s",
        f"p50 {_ms(row.ms(0.5))}",
        f"p95 {_ms(row.ms(0.95))}",
        f"p99 {_ms(row.ms(0.99))}",
        f"errors {failed:,}",
        f"waiting {view.waiting:,}",
    ]
    if view.late:
        parts.append(f"generator late in {view.late} s")
    return "  ".join(parts)


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} ms" if value >= 10 else f"{value:.1f} ms"
