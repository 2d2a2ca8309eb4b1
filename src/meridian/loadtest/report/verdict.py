"""The first thing on the page: what came of it, in one sentence, and what that is judged by."""

from collections.abc import Mapping
from typing import Any

from meridian.loadtest.report.markup import Content, Markup, el
from meridian.loadtest.report.numbers import NOTHING, clock, count, digits, moment, ms, rate, share, span
from meridian.loadtest.report.tables import Column, mark, nothing, section, table
from meridian.loadtest.results.summary import Summary

_STATES = {
    "passed": ("ok", "✓", "Passed"),
    "failed": ("bad", "✕", "Failed"),
    "invalid": ("warn", "!", "Invalid"),
    "aborted": ("bad", "■", "Aborted"),
    "stopped": ("idle", "■", "Stopped"),
    "running": ("info", "●", "Running"),
}
_COLUMNS = (
    Column("Objective", wide=True),
    Column("Verdict"),
    Column("Where"),
    Column("Measured", number=True),
    Column("Against the bound", wide=True),
)
_NAMED = 12
"""Late seconds named one by one."""


def masthead(summary: Summary) -> Markup:
    """State, title, and the sentence."""
    tone, sign, word = _STATES.get(summary["state"], ("idle", "?", str(summary["state"])))
    facts = (
        summary["kind"] + " test",
        "target " + summary["target"],
        moment(summary["began"]),
        span(summary["duration"]),
    )
    return el(
        "header",
        el("p", el("span", sign, aria_hidden="true"), " ", word, class_=f"state {tone}"),
        el("h1", summary["title"] or summary["name"]),
        el("p", summary["sentence"], class_="sentence"),
        el("ul", [el("li", fact) for fact in facts], class_="facts"),
        class_=f"masthead {tone}",
    )


def objectives(summary: Summary) -> Markup:
    """The thresholds, and whether the measurement can be believed."""
    found = summary["thresholds"]
    held = sum(1 for each in found if each["held"])
    rows = [
        (
            [el("b", each["text"]), el("small", each["sentence"])],
            mark(each["held"]),
            each["where"],
            measured(each["value"], each["unit"]),
            _bar(each),
        )
        for each in found
    ]
    shown: Content = nothing("The scenario sets no objectives: nothing here can fail.")
    if rows:
        unjudged = sum(1 for each in found if each["held"] is None)
        more = f", {unjudged} not judged" if unjudged else ""
        shown = table(f"{held} of {len(found)} objectives held{more}", _COLUMNS, rows, class_="objectives")
    return section("objectives", "Objectives", shown, _validity(summary["validity"]))


def key_figures(summary: Summary) -> Markup:
    """What one looks at first after the verdict."""
    latency, asked, achieved = summary["latency"], summary["asked"], summary["achieved"]
    ok = summary["outcomes"].get("ok", 0)
    tiles = (
        ("Requests", count(achieved["requests"]), f"of {count(asked['requests'])} that were due"),
        ("Rate", rate(achieved["rate"]), f"asked for {rate(asked['rate'])}"),
        ("Median", ms(latency["p50"]), f"mean {ms(latency['mean'])}"),
        ("p95", ms(latency["p95"]), f"p90 {ms(latency['p90'])}"),
        ("p99", ms(latency["p99"]), f"p99.9 {ms(latency['p999'])}"),
        ("Slowest", ms(latency["max"]), "from when it was due"),
        ("Errors", share(summary["errors"]), f"{count(ok)} answered well"),
        ("Unanswered", count(summary["waiting"]), "when the run ended"),
    )
    items = [
        el("div", el("dt", name), el("dd", el("b", value), el("small", note))) for name, value, note in tiles
    ]
    return section("figures", "Key figures", el("dl", items, class_="tiles"))


def measured(value: float | None, unit: str) -> str:
    """A threshold's number in its unit."""
    if value is None:
        return NOTHING
    if unit == "ms":
        return ms(value)
    if unit == "%":  # told as a share all the same
        return share(value)
    return rate(value) if unit == "/s" else f"{digits(value, 4)} {unit}".strip()


def _bar(each: Mapping[str, Any]) -> Content:
    """How much of what is allowed was used: the line stands at the bound, two thirds along."""
    if each["value"] is None:
        return nothing("nothing was measured")
    part = each["value"] / each["bound"] if each["bound"] else (1.5 if each["value"] else 0.0)
    width = min(part, 1.5) / 1.5 * 100
    said = f"{digits(part * 100)} % of {measured(each['bound'], each['unit'])}"
    drawn = el(
        "svg",
        el("rect", width="100%", height=8, y=3, rx=4, class_="bar-all"),
        el(
            "rect",
            width=f"{max(width, 0.8):.1f}%",
            height=8,
            y=3,
            rx=4,
            class_="bar-held" if each["held"] else "bar-missed",
        ),
        el("line", x1="66.67%", x2="66.67%", y1=0, y2=14, class_="bar-bound"),
        width="100%",
        height=14,
        aria_hidden="true",
        class_="bar",
    )
    return [drawn, el("small", said)]


def _validity(validity: Mapping[str, Any]) -> Markup:
    late = validity["late_seconds"]
    named = ", ".join(clock(at) for at in late[:_NAMED]) + (" …" if len(late) > _NAMED else "")
    word = "The measurement is valid." if validity["valid"] else "The measurement is not valid."
    return el(
        "div",
        el("h3", word),
        el("p", validity["sentence"]),
        el(
            "p",
            f"Sent {count(validity['sent'])} of {count(validity['due'])} requests that were due; "
            f"worst lag of the generator {ms(validity['worst_lag_ms'])}. ",
            f"Late seconds: {named}." if late else "No second was late.",
            class_="note",
        ),
        class_="callout " + ("ok" if validity["valid"] else "warn"),
        id="validity",
    )
