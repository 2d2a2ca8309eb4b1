"""The report of a load test as one HTML file: readable without a network, without a script, on a phone and on paper."""

from meridian.loadtest.report.before import before
from meridian.loadtest.report.capacity import capacity
from meridian.loadtest.report.crashmap import crashmap
from meridian.loadtest.report.failoverlog import failoverlog
from meridian.loadtest.report.groups import checks, groups
from meridian.loadtest.report.happenings import happenings
from meridian.loadtest.report.heatmap import heatmap
from meridian.loadtest.report.latencies import by_region, over_time, percentiles, rates
from meridian.loadtest.report.markup import Content, Markup, el
from meridian.loadtest.report.page import page
from meridian.loadtest.report.provenance import provenance
from meridian.loadtest.report.resources import resources
from meridian.loadtest.report.tables import Column, section, table
from meridian.loadtest.report.timeline import timeline
from meridian.loadtest.report.verdict import key_figures, masthead, objectives
from meridian.loadtest.results.summary import Summary

_OVER_TIME = (
    Column("From", number=True),
    *(
        Column(name, number=True)
        for name in ("Asked", "Achieved", "Errors", "Median", "p95", "p99", "Slowest")
    ),
)


def html(summary: Summary) -> str:
    """A whole document, to be written as UTF-8."""
    time = timeline(summary)
    pictures = section(
        "pictures",
        "Over time",
        rates(summary, time),
        percentiles(summary, time),
        heatmap(summary, time),
        by_region(summary, time),
        _values(summary),
        lead=_hint(summary),
    )
    parts: list[tuple[str, str, Content]] = [
        ("objectives", "Objectives", objectives(summary)),
        ("figures", "Key figures", key_figures(summary)),
        ("events", "What happened", happenings(summary)),
        ("pictures", "Over time", pictures),
        ("crashes", "Crash map", section("crash-map", "Crash map", crashmap(summary, time))),
        ("failovers", "Failover log", section("failover-log", "Failover log", failoverlog(summary, time))),
        ("capacity", "Capacity", _section("knee", "Capacity", capacity(summary))),
        ("resources", "Resources", section("used", "Resources", resources(summary, time))),
        ("groups", "In detail", groups(summary)),
        ("checks", "Checks", checks(summary)),
        ("comparison", "Comparison", before(summary)),
        ("provenance", "How it was run", provenance(summary)),
    ]
    links = [el("li", el("a", name, href=f"#{anchor}")) for anchor, name, content in parts if content]
    title = f"{summary['title'] or summary['name']} · {summary['state']} · Meridian load test"
    return page(
        title,
        _PATTERNS,
        masthead(summary),
        el("nav", el("ul", links), aria_label="Parts of this report"),
        el("main", [content for _, _, content in parts]),
        el("footer", el("p", f"Meridian load test {summary['id']}")),
    )


def _section(name: str, title: str, content: Markup | None) -> Content:
    return section(name, title, content) if content else None


def _hint(summary: Summary) -> Content:
    numbers = " Numbers in the flags are those of the events above." if summary["events"] else ""
    return f"All pictures share one axis of time, counted from the start of the run.{numbers}"


def _values(summary: Summary) -> Content:
    rows = over_time(summary)
    if not rows:
        return None
    shown = table(
        "Rate, errors and latency over time; rates are means, latencies the worst of each stretch",
        _OVER_TIME,
        rows,
        folds=False,
    )
    return el("details", el("summary", "The values as a table"), shown)


_PATTERNS = Markup(
    '<svg width="0" height="0" class="patterns" aria-hidden="true"><defs>'
    '<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="2.5" height="6" class="hatch"/></pattern></defs></svg>'
)
"""What marks late seconds, told apart by its texture."""
