"""What happened meanwhile: the numbered events that the pictures' flags stand for."""

from meridian.loadtest.report.markup import Content, Markup, el
from meridian.loadtest.report.numbers import clock
from meridian.loadtest.report.tables import nothing, section
from meridian.loadtest.report.timeline import kind_of
from meridian.loadtest.results.summary import Event, Summary

AT_ONCE = 12
"""Events that are shown unfolded."""
_WORDS = {"chaos": "chaos step", "decision": "decided", "abort": "aborted"}


def happenings(summary: Summary) -> Markup:
    events = summary["events"]
    if not events:
        shown: Content = nothing("Nothing was broken on purpose, and nothing was decided meanwhile.")
    else:
        shown = el("ol", [_item(n, event) for n, event in enumerate(events[:AT_ONCE], 1)], class_="events")
        if rest := events[AT_ONCE:]:
            more = el("ol", [_item(n, event) for n, event in enumerate(rest, AT_ONCE + 1)], class_="events")
            shown = [shown, el("details", el("summary", f"{len(rest)} more events"), more)]
    recovery = summary["recovery"]
    return section(
        "events",
        "What happened",
        shown,
        el("p", recovery["sentence"], class_="callout info") if recovery else None,
    )


def _item(number: int, event: Event) -> Markup:
    kind = kind_of(event)
    return el(
        "li",
        el("span", str(number), class_=f"badge badge-{kind}"),
        el("span", clock(event["at"], 1), class_="when"),
        el(
            "span",
            el("b", _WORDS[kind]),
            " ",
            event["what"],
            el("small", event["sentence"]) if event["sentence"] != event["what"] else None,
        ),
    )
