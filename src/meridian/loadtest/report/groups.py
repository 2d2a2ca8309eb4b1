"""Tables of the same figures by step, by region, by location and by version; and of the checks."""

from collections.abc import Iterable, Sequence

from meridian.loadtest.report.axes import Log, log
from meridian.loadtest.report.crashmap import WORDS
from meridian.loadtest.report.markup import Content, Markup, el
from meridian.loadtest.report.numbers import count, ms, rate, share
from meridian.loadtest.report.tables import Column, mark, nothing, section, table
from meridian.loadtest.results.summary import Group, Latency, Step, Summary

_FIGURES = (
    Column("Requests", number=True),
    Column("Rate", number=True),
    Column("Errors", number=True),
    Column("Median", number=True),
    Column("p95", number=True),
    Column("p99", number=True),
    Column("Slowest", number=True),
    Column("Median to p99", wide=True),
)
_LOCATIONS = (
    Column("Location"),
    Column("Answers", number=True),
    Column("Share", number=True),
    Column("Of all", wide=True),
)
_CHECKS = (
    Column("Check", wide=True),
    Column("Answers", number=True),
    Column("Failed", number=True),
    Column("Verdict"),
    Column("Example", wide=True),
)
_OUTCOMES = (
    Column("Outcome"),
    Column("Requests", number=True),
    Column("Share", number=True),
    Column("Of all", wide=True),
)


_OUTCOME_WORDS = {"ok": "answered well", "limited": "429, limited"} | WORDS


def groups(summary: Summary) -> Markup:
    """Everything that latencies are told apart by."""
    scale = log(
        value
        for group in (*summary["steps"], *summary["regions"], *summary["versions"])
        for value in (group["latency"]["p50"], group["latency"]["p99"])
    )
    tables: list[Content] = [
        _table("By step of the scenario", "Step", [(_step(step), step) for step in summary["steps"]], scale),
        _table(
            "By region of the users",
            "Users of",
            [(group["name"], group) for group in summary["regions"]],
            scale,
        ),
        _locations(summary),
        _table(
            "By version of the app that answered",
            "Version",
            [(group["name"] or "unknown", group) for group in summary["versions"]],
            scale,
        ),
        _outcomes(summary),
    ]
    lead = (
        "After the warm-up. The last column shows median, p95 and p99 on one logarithmic axis for all tables."
    )
    if not any(tables):
        return section("groups", "In detail", nothing("No answer was measured after the warm-up."))
    return section("groups", "In detail", tables, lead=lead)


def checks(summary: Summary) -> Markup | None:
    """None where the scenario has no checks."""
    if not summary["checks"]:
        return None
    rows = [
        (
            check["name"],
            count(check["n"]),
            count(check["failed"]),
            mark(check["failed"] == 0 if check["n"] else None),
            check["example"],
        )
        for check in summary["checks"]
    ]
    return section("checks", "Checks on answers", table("What answers were checked for", _CHECKS, rows))


def _table(caption: str, first: str, found: Sequence[tuple[Content, Group | Step]], scale: Log) -> Content:
    if not found:
        return None
    rows = [
        (
            name,
            count(group["requests"]),
            rate(group["rate"]),
            share(group["errors"]),
            ms(group["latency"]["p50"]),
            ms(group["latency"]["p95"]),
            ms(group["latency"]["p99"]),
            ms(group["latency"]["max"]),
            _whiskers(group["latency"], scale),
        )
        for name, group in found
    ]
    return table(caption, (Column(first), *_FIGURES), rows, class_="figures")


def _step(step: Step) -> Content:
    return [el("b", step["name"]), el("small", f"{step['request']} · {step['service']}")]


def _whiskers(latency: Latency, scale: Log) -> Content:
    known = [(name, value) for name in ("p50", "p95", "p99") if (value := latency[name]) is not None]
    if not known:
        return None
    places = [f"{2 + scale.place(value) * 96:.2f}%" for _, value in known]
    return el(
        "svg",
        el("line", x1="0", x2="100%", y1=8, y2=8, class_="grid"),
        el("line", x1=places[0], x2=places[-1], y1=8, y2=8, class_="whisker"),
        [
            el("circle", cx=place, cy=8, r=4, class_=f"dot {name}")
            for place, (name, _) in zip(places, known, strict=True)
        ],
        width="100%",
        height=16,
        aria_hidden="true",
        class_="whiskers",
    )


def _locations(summary: Summary) -> Content:
    rows = [
        (each["name"] or "nobody", count(each["requests"]), share(each["share"]), _part(each["share"]))
        for each in summary["locations"]
    ]
    return table("By location that answered", _LOCATIONS, rows, class_="parts") if rows else None


def _outcomes(summary: Summary) -> Content:
    total = sum(summary["outcomes"].values())
    rows: Iterable[tuple[Content, ...]] = [
        (_OUTCOME_WORDS.get(name, name), count(n), share(n / total), _part(n / total))
        for name, n in summary["outcomes"].items()
        if n
    ]
    return table("By what came of it", _OUTCOMES, list(rows), class_="parts") if total else None


def _part(part: float) -> Markup:
    return el(
        "svg",
        el("rect", width="100%", height=8, y=4, rx=4, class_="bar-all"),
        el("rect", width=f"{max(part * 100, 0.4):.2f}%", height=8, y=4, rx=4, class_="bar-part"),
        width="100%",
        height=16,
        aria_hidden="true",
    )
