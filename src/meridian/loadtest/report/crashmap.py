"""The crash map: what failed where, when and how; region by region and service by service, first and last."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from meridian.loadtest.report.markup import Content, Markup, el
from meridian.loadtest.report.numbers import clock, count
from meridian.loadtest.report.plot import figure, legend
from meridian.loadtest.report.strips import strip
from meridian.loadtest.report.tables import Column, nothing, table
from meridian.loadtest.report.timeline import Timeline
from meridian.loadtest.results.summary import Crash, Summary

WORDS = {
    "unavailable": "503",
    "error": "other 5xx",
    "timeout": "time limit",
    "broken": "no answer",
    "refused": "4xx",
    "check": "check failed",
}
"""Outcomes that are failures, in the order in which they are drawn from the ground up."""
BUCKETS = 120
"""Columns of a strip, at most."""
_NAMED = 4
"""Ways to fail that a row of the map names."""


@dataclass(frozen=True, slots=True)
class Row:
    """All that failed of one service for the users of one region. crashes: the most frequent first. first, last: seconds."""

    region: str
    service: str
    crashes: tuple[Crash, ...]

    @property
    def n(self) -> int:
        return sum(crash["n"] for crash in self.crashes)

    @property
    def first(self) -> float:
        return min(crash["first"] for crash in self.crashes)

    @property
    def last(self) -> float:
        return max(crash["last"] for crash in self.crashes)


def rows(summary: Summary) -> list[Row]:
    """Those in which something failed, by region and service."""
    found: dict[tuple[str, str], list[Crash]] = defaultdict(list)
    for crash in summary["crashes"]:
        found[crash["region"], crash["service"]].append(crash)
    return [
        Row(*key, tuple(sorted(crashes, key=lambda crash: -crash["n"])))
        for key, crashes in sorted(found.items())
    ]


def crashmap(summary: Summary, time: Timeline) -> Markup:
    found = rows(summary)
    if not found:
        return figure("crashes", "", "What failed, region by region.", nothing("No request failed."))
    step = max(summary["series"]["step"], 1)
    width = step * max(1, -(-time.end // (BUCKETS * step)))  # whole steps, few enough that a bar can be seen
    columns = [_columns(row, width) for row in found]
    top = max((sum(outcomes.values()) for each in columns for outcomes in each.values()), default=1)
    worst = max(found, key=lambda row: row.n)
    sentence = (
        f"{count(sum(row.n for row in found))} requests failed. Hardest hit was {worst.service} for users of {worst.region}: "
        f"{count(worst.n)} between {clock(worst.first, 1)} and {clock(worst.last, 1)}."
    )
    drawn = []
    for row, each in zip(found, columns, strict=True):
        title = f"Failures of {row.service} for users of {row.region} over time."
        drawn.append(_lane(row, strip(each, width, top, time, title, _words(row), row is found[-1])))
    outcomes = {crash["outcome"] for row in found for crash in row.crashes}
    key = legend(*((f"out-{name}", word) for name, word in WORDS.items() if name in outcomes))
    note = f"One strip for each pair in which something failed, {width:g} s a bar. Heights are square roots, on one scale."
    return figure(
        "crashes", "", sentence, matrix(summary, found), el("h3", "Over time"), el("p", note, class_="note"), key,
        el("ol", drawn, class_="crash-lanes"),
    )  # fmt: skip


def matrix(summary: Summary, found: Sequence[Row]) -> Markup:
    """Region by service: how many failed; the darker, the more."""
    numbers = {(row.region, row.service): row.n for row in found}
    regions = list(
        dict.fromkeys([*(group["name"] for group in summary["regions"]), *(row.region for row in found)])
    )
    services = list(
        dict.fromkeys([*(step["service"] for step in summary["steps"]), *(row.service for row in found)])
    )
    top = max(numbers.values())
    body = [
        (region, *(_amount(numbers.get((region, service), 0), top) for service in services))
        for region in regions
    ]
    columns = (Column("Users of"), *(Column(service, number=True) for service in services))
    return table(
        "Failed requests by the users' region and by service", columns, body, class_="matrix", folds=False
    )


def _amount(number: int, top: int) -> Content:
    if not number:
        return el("span", "0", class_="none")
    step = max(1, min(4, round((number / top) ** 0.5 * 4)))
    return el("span", count(number), class_=f"amount amount-{step}")


def _columns(row: Row, width: float) -> dict[int, dict[str, int]]:
    """Column of the strip -> outcome -> failures. width: seconds of a column."""
    times: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for crash in row.crashes:
        for at, n in crash["by_time"]:
            times[int(at // width)][crash["outcome"]] += n
    return times


def _words(row: Row) -> dict[str, str]:
    """Outcomes that occur in the row, as they are drawn."""
    known = {crash["outcome"] for crash in row.crashes}
    return {name: word for name, word in WORDS.items() if name in known}


def _lane(row: Row, drawn: Any) -> Markup:
    head = el(
        "p",
        el("b", f"{row.region} · {row.service}"),
        el("span", f"{count(row.n)} failed", class_="count"),
        el("span", f"first {clock(row.first, 3)}, last {clock(row.last, 3)}", class_="muted"),
        class_="lane-head",
    )
    return el("li", head, drawn, _kinds(row))


def _kinds(row: Row) -> Content:
    items = [
        el(
            "li",
            el("i", class_=f"swatch out-{crash['outcome']}", aria_hidden="true"),
            el("b", f"{count(crash['n'])} × {WORDS.get(crash['outcome'], crash['outcome'])}"),
            f" {crash['detail']} in {crash['step']}" if crash["detail"] else f" in {crash['step']}",
        )
        for crash in row.crashes[:_NAMED]
    ]
    if rest := row.crashes[_NAMED:]:
        items.append(el("li", f"and {count(sum(crash['n'] for crash in rest))} in {len(rest)} other ways"))
    return el("ul", items, class_="kinds")
