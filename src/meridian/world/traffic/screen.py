"""How traffic looks while it runs, and the summary at its end."""

import sys
import time
from types import TracebackType
from typing import Any, Self

from meridian import console as output
from meridian.world.traffic.tally import Tally

EVERY = 5.0
"""Seconds between two lines where the output is no terminal."""


class Screen:
    """On a terminal a few lines that are drawn anew twice a second; elsewhere, or with JSON, a line now and then on stderr."""

    def __init__(self, rps: int, as_json: bool) -> None:
        self._rps = rps
        self._live: Any = None
        self._said = 0.0
        self._drawn = sys.stdout.isatty() and not as_json

    def __enter__(self) -> Self:
        if self._drawn:
            from rich.live import Live

            self._live = Live("", console=output.console(), auto_refresh=False, transient=True)
            self._live.start()
        self._said = time.monotonic()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def show(self, tally: Tally, seconds: float, waiting: int) -> None:
        told = tally.to_json(seconds)
        if self._live:
            from rich.text import Text

            self._live.update(Text(summary(told, self._rps, waiting)), refresh=True)
            return
        if time.monotonic() - self._said >= EVERY:
            self._said = time.monotonic()
            output.note(line(told))


def line(told: dict[str, Any]) -> str:
    """One line for a log."""
    latency = told["latency_ms"]
    failed = sum(told["failed"].values())
    regions = " ".join(f"{region} {count}" for region, count in told["served_by_region"].items())
    return (
        f"{told['seconds']:.0f} s: {told['rate']:.0f}/s, ok {told['outcomes'].get('ok', 0)}, failed {failed}, "
        f"violations {told['residency_violations']}, served by {regions or 'nobody'}, "
        f"p50 {latency['p50']:.0f} p95 {latency['p95']:.0f} p99 {latency['p99']:.0f} ms"
    )


def summary(told: dict[str, Any], rps: int, waiting: int = 0) -> str:
    """Several lines; `waiting` requests are still without an answer."""
    latency = told["latency_ms"]
    outcomes = (
        ", ".join(f"{name} {count}" for name, count in sorted(told["outcomes"].items())) or "no answers yet"
    )
    failed = told["failed"]
    lines = [
        f"{told['seconds']:.0f} s, {told['rate']:.0f} of {rps} requests a second"
        + (f", {waiting} waiting" if waiting else ""),
        f"  answers    {outcomes}",
        f"  failed     {failed['idempotent']} idempotent, {failed['other']} others"
        + (f"; {told['resent']} sent again on a fresh connection" if told["resent"] else ""),
        f"  regions    {_counts(told['served_by_region'])}",
        f"  locations  {_counts(told['served_by_location'])}",
        f"  latency    p50 {latency['p50']:.0f} ms, p95 {latency['p95']:.0f} ms, p99 {latency['p99']:.0f} ms",
        f"  residency  {told['residency_violations']} violations, users of {told['countries']} countries",
    ]
    if told["misplaced"]:
        lines.append(
            f"  homes      {told['misplaced']} answers with another home region than the client's country has"
        )
    lines += [f"  failed     {what}" for what in told["first_failures"]]
    lines += [f"  VIOLATION  {what}" for what in told["first_violations"]]
    if told["unsent"] or told["latest_start_ms"] > 250:
        lines.append(
            f"  the sender did not hold its rate: {told['unsent']} unsent, up to {told['latest_start_ms']:.0f} ms late; "
            "latencies count from when a request was due"
        )
    return "\n".join(lines)


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "-"
