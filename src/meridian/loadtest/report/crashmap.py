"""The crash map: what failed where, when and how; region by region and service by service, first and last."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from meridian.loadtest.report.axes import Linear
from meridian.loadtest.report.markup import Content, Markup, el
from meridian.loadtest.report.numbers import clock, count
from meridian.loadtest.report.plot import WIDTH, Frame, figure, legend
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
STRIP = 34
BUCKETS = 160
_NAMED = 4
"""Ways to fail that a row of the map names."""
_COLUMNS = (
    Column("Region"),
    Column("Service"),
    Column("Over time", wide=True),
    Column("What failed, and how", wide=True),
    Column("Failures", number=True),
    Column("First", number=True),
    Column("Last", number=True),
)


@dataclass(frozen=True, slots=True)
class Row:
    """All that failed of one service for the users of one region."""

    region: str
    service: str
    crashes: tuple[Crash, ...]

    @property
    def n(self) -> int:
        return sum(crash["n"] for crash in self.crashes)


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
    title = "Crash map"
    if not found:
        return figure("crashes", title, "What failed, region by region.", nothing("No request failed."))
    step = max(summary["series"]["step"], 1)
    width = step * max(1, -(-time.end // (BUCKETS * step)))  # whole steps, few enough that a bar can be seen
    buckets = [_times(row, width) for row in found]
    top = max((sum(each.values()) for row in buckets for each in row.values()), default=1)
    total = sum(row.n for row in found)
    worst = max(found, key=lambda row: row.n)
    sentence = (
        f"{count(total)} requests failed. Hardest hit was {worst.service} for users of {worst.region}: "
        f"{count(worst.n)} between {clock(_first(worst), 1)} and {clock(_last(worst), 1)}."
    )
    drawn = [
        (
            el("b", row.region),
            row.service,
            _strip(times, width, top, time),
            _kinds(row),
            count(row.n),
            clock(_first(row), 3),
            clock(_last(row), 3),
        )
        for row, times in zip(found, buckets, strict=True)
    ]
    outcomes = {crash["outcome"] for row in found for crash in row.crashes}
    key = legend(*((f"out-{name}", word) for name, word in WORDS.items() if name in outcomes))
    caption = "Failures over time; bars grow with the square root of their number, on one scale for all rows"
    return figure(
        "crashes",
        title,
        sentence,
        matrix(summary, found),
        key,
        table(caption, _COLUMNS, drawn, class_="crashes"),
    )


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
        (region, *(_cell(numbers.get((region, service), 0), top) for service in services))
        for region in regions
    ]
    columns = (Column("Users of"), *(Column(service, number=True) for service in services))
    return table("Failed requests by the users' region and by service", columns, body, class_="matrix")


def _cell(number: int, top: int) -> Content:
    if not number:
        return el("span", "0", class_="none")
    step = max(1, min(4, round((number / top) ** 0.5 * 4)))
    return el("span", count(number), class_=f"amount amount-{step}")


def _times(row: Row, width: float) -> dict[int, dict[str, int]]:
    """Column of the strip -> outcome -> failures. width: seconds of a column."""
    times: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for crash in row.crashes:
        for at, n in crash["by_time"]:
            times[int(at // width)][crash["outcome"]] += n
    return times


def _strip(times: Mapping[int, Mapping[str, int]], width: float, top: int, time: Timeline) -> Markup:
    frame = Frame(STRIP, time.scale, Linear(0, 1), (), ())
    paths: dict[str, list[str]] = defaultdict(list)
    for column, outcomes in sorted(times.items()):
        ground = float(STRIP)
        number = sum(outcomes.values())
        scale = max(3.0, (number / top) ** 0.5 * STRIP) / number
        left, right = (frame.x.place((column + side) * width) * WIDTH for side in (0, 1))
        for name in WORDS:
            if n := outcomes.get(name, 0):
                paths[name].append(
                    f"M{left:.1f} {ground:.1f}H{right:.1f}V{ground - n * scale:.1f}H{left:.1f}Z"
                )
                ground -= n * scale
    bars = [el("path", d="".join(parts), class_=f"out-{name}") for name, parts in paths.items()]
    return el(
        "svg",
        el("rect", width="100%", height=STRIP, class_="ground"),
        time.bands(frame),
        frame.body(bars),
        time.marks(frame),
        width="100%",
        height=STRIP,
        class_="strip",
        aria_hidden="true",
    )


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
    rest = row.crashes[_NAMED:]
    if rest:
        items.append(el("li", f"and {count(sum(crash['n'] for crash in rest))} in {len(rest)} other ways"))
    return el("ul", items, class_="kinds")


def _first(row: Row) -> float:
    return min(crash["first"] for crash in row.crashes)


def _last(row: Row) -> float:
    return max(crash["last"] for crash in row.crashes)
