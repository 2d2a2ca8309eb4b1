"""How the run was made: what is needed to make it again, and what its numbers mean."""

import shlex

from meridian.loadtest.report.markup import Content, Markup, el
from meridian.loadtest.report.numbers import clock, count, digits, moment, rate, span
from meridian.loadtest.report.tables import Column, section, table
from meridian.loadtest.results.summary import Summary

_PHASES = (
    Column("Phase"),
    Column("From", number=True),
    Column("To", number=True),
    Column("Rate", number=True),
    Column("Judged"),
)
_MEASURED = (
    "Each request has a time at which it is due, which follows from the seed and not from how the target is doing. "
    "Latency counts from that time to the last byte of the answer: a target that stands still makes requests wait, and every "
    "one of them is counted, those that waited for a free connection too. Figures are within 0.1 %. Percentiles, errors and "
    "objectives leave out the warm-up; the pictures show all of it. A second in which the generator itself was late is "
    "marked, and too many of them make the run invalid."
)


def command(summary: Summary) -> str:
    """What makes the same run again."""
    words = [
        "meridian",
        "load",
        "run",
        summary["name"],
        "--scale",
        digits(summary["scale"], 6),
        "--duration",
        _plain(summary["duration"]),
    ]
    words += ["--seed", str(summary["seed"]), "--target", summary["target"], "--http", str(summary["http"])]
    return shlex.join(words)


def provenance(summary: Summary) -> Markup:
    facts = (
        ("Scenario", f"{summary['name']} ({summary['kind']})"),
        ("Run", el("code", summary["id"])),
        ("Target", summary["target"]),
        ("Began", moment(summary["began"])),
        ("Ended", moment(summary["ended"])),
        ("Asked for", f"{span(summary['duration'])} at {rate(summary['asked']['rate'])}"),
        ("Scale", digits(summary["scale"], 6)),
        ("Seed", str(summary["seed"])),
        (
            "Generator",
            f"{_several(summary['shards'], 'machine')}, {_several(summary['processes'], 'process', 'es')}",
        ),
        ("Protocol", f"HTTP/{'2' if summary['http'] == 2 else '1.1'}"),
    )
    rows = [el("div", el("dt", name), el("dd", value)) for name, value in facts]
    return section(
        "provenance",
        "How it was run",
        el("dl", rows, class_="provenance"),
        _phases(summary),
        el("h3", "Run it again"),
        el("pre", el("code", command(summary)), tabindex=0),
        el("h3", "What the numbers mean"),
        el("p", _MEASURED, class_="prose"),
    )


def _phases(summary: Summary) -> Content:
    rows = [
        (
            phase["name"],
            clock(phase["from"]),
            clock(phase["to"]),
            rate(phase["rate"]) if phase["rate"] is not None else "as fast as answered",
            "no, warm-up" if phase["warm_up"] else "yes",
        )
        for phase in summary["phases"]
    ]
    return table("Phases", _PHASES, rows) if rows else None


def _several(number: int, word: str, more: str = "s") -> str:
    return f"{count(number)} {word}{'' if number == 1 else more}"


def _plain(seconds: float) -> str:
    return f"{seconds:g}"
