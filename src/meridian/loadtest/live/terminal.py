"""The live view on a terminal: how much is asked and how much comes back, how fast, for whom, and what happens meanwhile."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from meridian.console import console
from meridian.loadtest.live.tally import Row
from meridian.loadtest.live.view import View
from meridian.loadtest.outcomes import FAILED

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live
    from rich.text import Text

BAR = 30
SPARK = "▁▂▃▄▅▆▇█"
WIDE = 60
"""Seconds that the small curves show."""
EVENTS = 6


class Terminal:
    """Draws each view in place of the one before it."""

    def __init__(self, live: "Live") -> None:
        self._live = live

    def show(self, view: View) -> None:
        self._live.update(drawn(view), refresh=True)


@contextmanager
def terminal() -> Iterator[Terminal]:
    """On stderr, so that results can be taken from stdout. The last view stays when it ends."""
    from rich.live import Live

    with Live(console=console(err=True), auto_refresh=False, transient=False) as live:
        yield Terminal(live)


def drawn(view: View) -> "RenderableType":
    from rich.console import Group

    groups = _groups(view)
    parts = [_head(view), _rate(view), _latency(view), *([groups] if groups else []), *_below(view)]
    return Group(*parts)


def _head(view: View) -> "Text":
    from rich.text import Text

    facts, text = view.facts, Text()
    text.append(facts.title, style="bold")
    text.append(f"  {facts.kind} · {facts.target} · seed {facts.seed}", style="dim")
    if facts.shards > 1:
        text.append(f" · shard {view.shard + 1}/{facts.shards}", style="dim")
    if view.second < 0:
        return text.append(f"\nbegins in {-view.second} s")
    done = min(1.0, view.second / facts.seconds) if facts.seconds else 1.0
    text.append(f"\n{'━' * round(done * BAR)}", style="cyan").append(
        "━" * (BAR - round(done * BAR)), style="dim"
    )
    text.append(f" {min(view.second, int(facts.seconds))} of {facts.seconds:.0f} s")
    if view.phase:
        text.append(f"  {view.phase}")
    if view.stopping:
        text.append(f"  {view.stopping}", style="yellow")
    return text


def _rate(view: View) -> "Text":
    from rich.text import Text

    share = view.achieved / view.asked if view.asked else 0.0
    full = round(min(1.0, share) * BAR)
    text = Text("\n")
    text.append("▇" * full, style="green" if share >= 0.98 else "yellow").append(
        "·" * (BAR - full), style="dim"
    )
    text.append(f" {view.achieved:,.0f}/s", style="bold").append(f" of {view.asked:,.0f}/s asked")
    text.append(f"   waiting {view.waiting:,}   connections {view.connections:,}", style="dim")
    lag = f"   generator {view.lag_ms:.1f} ms late"
    text.append(lag, style="red" if view.late else "dim")
    if view.late:
        text.append(f", in {view.late} s too late", style="red")
    return text


def _latency(view: View) -> "Text":
    from rich.text import Text

    row, text = view.recent.whole, Text()
    if view.points:
        text.append(f"{_seconds(view)}\n", style="dim")
    for name, part in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0)):
        text.append(f"{name} ", style="dim").append(f"{_ms(row.ms(part)):>9}   ")
    text.append(_spark([point.tally.whole.ms(0.95) for point in view.points[-WIDE:]]), style="cyan")
    outcomes = view.whole.outcomes
    text.append("\n")
    if not any(outcomes[name] for name in FAILED) and not outcomes["limited"]:
        return text.append(f"{outcomes.total():,} answers, no errors", style="dim")
    parts = [f"{name} {n:,}" for name, n in sorted(outcomes.items(), key=lambda each: -each[1]) if n]
    return text.append("   ".join(parts), style="yellow")


def _groups(view: View) -> "RenderableType | None":
    from rich.table import Table

    if not view.whole.regions:
        return None
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("", "RATE", "P50", "P95", "P99", "ERRORS"):
        table.add_column(name, justify="left" if not name else "right")
    for region, row in sorted(view.recent.regions.items()):
        table.add_row(region, *_cells(row, view.over))
    if len(view.steps) > 1:
        for place, fact in enumerate(view.steps):
            if place in view.recent.steps:
                table.add_row(fact.name, *_cells(view.recent.steps[place], view.over))
    return table


def _cells(row: Row, seconds: int) -> Sequence[str]:
    errors = "-" if row.errors is None else f"{row.errors:.1%}"
    rate = f"{row.requests / seconds:,.0f}/s"
    return (rate, _ms(row.ms(0.5)), _ms(row.ms(0.95)), _ms(row.ms(0.99)), errors)


def _below(view: View) -> "Iterator[Text]":
    from rich.text import Text

    if view.next_chaos:
        at, sentence = view.next_chaos
        yield Text(f"in {max(0, at - view.second):.0f} s: {sentence}", style="magenta")
    for event in list(view.events)[-EVENTS:]:
        style = {"chaos": "magenta", "abort": "red"}.get(event["by"], "blue")
        yield Text(
            f"{event['at']:7.1f} s  {event['sentence']}", style=style, overflow="ellipsis", no_wrap=True
        )
    for sentence in list(view.trouble)[-2:]:
        yield Text(sentence, style="red")


def _seconds(view: View) -> str:
    """Of which the percentiles are. Those of the whole run are in the verdict."""
    last = view.points[-1].at
    return (
        f"requests due in seconds {last - view.over + 1} to {last} of the run"
        if view.over > 1
        else f"second {last}"
    )


def _spark(values: Sequence[float | None]) -> str:
    top = max((value for value in values if value is not None), default=0.0)
    if not top:
        return ""
    last = len(SPARK) - 1
    return "".join(" " if value is None else SPARK[min(last, int(value / top * last))] for value in values)


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f} ms" if value >= 100 else f"{value:.1f} ms"
