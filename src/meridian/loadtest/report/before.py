"""The comparison with an earlier run: what changed, and whether that is more than noise."""

from meridian.loadtest.report.axes import Linear
from meridian.loadtest.report.markup import Content, Markup, el
from meridian.loadtest.report.numbers import NOTHING, change, ms, share
from meridian.loadtest.report.tables import Column, section, table
from meridian.loadtest.results.comparison import Metric
from meridian.loadtest.results.summary import Summary

_COLUMNS = (
    Column("Figure"),
    Column("Before", number=True),
    Column("Now", number=True),
    Column("Change", number=True),
    Column("Lies between", number=True),
    Column("Change and its interval", wide=True),
    Column("Verdict"),
)
_VERDICTS = {
    "same": ("idle", "= same"),
    "slower": ("bad", "▲ slower"),
    "faster": ("ok", "▼ faster"),
    "unlike": ("warn", "≠ not comparable"),
}


def before(summary: Summary) -> Markup | None:
    """None where there is nothing to compare with."""
    found = summary["comparison"]
    if not found:
        return None
    reach = max(
        [
            0.05,
            *(
                abs(end)
                for metric in found["metrics"]
                for end in (metric["low"], metric["high"])
                if end is not None
            ),
        ]
    )
    rows = [
        (
            metric["name"],
            _value(metric, metric["before"]),
            _value(metric, metric["after"]),
            _moved(metric, metric["change"]),
            f"{_moved(metric, metric['low'])} and {_moved(metric, metric['high'])}"
            if metric["low"] is not None
            else NOTHING,
            _interval(metric, reach * 1.05),
            _mark(metric["verdict"], metric["name"]),
        )
        for metric in found["metrics"]
    ]
    shown: Content = [el("p", _mark(found["verdict"], ""), " ", found["sentence"], class_="callout-line")]
    if rows:
        shown = [shown, table(f"This run beside {found['with']}", _COLUMNS, rows, class_="compared")]
    lead = "The interval holds the true change. Where it holds zero, the difference may be noise, and the two count as the same."
    return section("comparison", f"Compared with {found['with']}", shown, lead=lead)


def _is_share(metric: Metric) -> bool:
    return metric["name"].startswith("error")


def _value(metric: Metric, value: float | None) -> str:
    return share(value) if _is_share(metric) else ms(value)


def _moved(metric: Metric, value: float | None) -> str:
    """Of errors, percentage points."""
    if value is None or not _is_share(metric):
        return change(value)
    return f"{value * 100:+.2f} pp".replace("-", "−")


def _mark(verdict: str, name: str) -> Markup:
    tone, word = _VERDICTS.get(verdict, ("idle", verdict))
    if name.startswith("error"):
        word = word.replace("slower", "more").replace("faster", "fewer")
    return el("span", word, class_=f"mark {tone}")


def _interval(metric: Metric, reach: float) -> Content:
    low, high, middle = metric["low"], metric["high"], metric["change"]
    if low is None or high is None or middle is None:
        return None
    x = Linear(-reach, reach)
    at = [f"{x.place(value) * 100:.2f}%" for value in (low, middle, high)]
    return el(
        "svg",
        el("line", x1="50%", x2="50%", y1=0, y2=18, class_="zero"),
        el("line", x1=at[0], x2=at[2], y1=9, y2=9, class_=f"interval {metric['verdict']}"),
        el("circle", cx=at[1], cy=9, r=4.5, class_=f"interval-dot {metric['verdict']}"),
        width="100%",
        height=18,
        aria_hidden="true",
        class_="intervals",
    )
