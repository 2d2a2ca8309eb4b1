"""The failover log, drawn: where each region's users were served from over the run, and each entry moment by moment."""

from collections.abc import Sequence

from meridian.loadtest.report.axes import Linear
from meridian.loadtest.report.markup import Content, Markup, el
from meridian.loadtest.report.moments import moments
from meridian.loadtest.report.numbers import NOTHING, clock, count, ms
from meridian.loadtest.report.plot import Frame, figure, legend, picture
from meridian.loadtest.report.tables import Column, nothing, table
from meridian.loadtest.report.timeline import Timeline
from meridian.loadtest.results.summary import Failover, Summary

ROW = 30
"""Pixels of a region's lane."""
MOST = 60
"""Entries in the table; more are told in a sentence."""
_COLUMNS = (
    Column("At", number=True),
    Column("Users of"),
    Column("What happened, and what was decided", wide=True),
    Column("Served from", wide=True),
    Column("Noticed by", wide=True),
    Column("Gap", number=True),
    Column("Failed", number=True),
    Column("Normal again", number=True),
)


def failoverlog(summary: Summary, time: Timeline) -> Markup:
    found = summary["failovers"]
    if not found:
        sentence = "Decisions of the journal beside what clients saw."
        return figure(
            "failovers",
            "",
            sentence,
            nothing("Nothing was decided about locations or regions, and nothing was broken."),
        )
    noticed = [each for each in found if _noticed(each)]
    failed = sum(1 for each in found if each["failed"])
    moved = sum(1 for each in found if each["to"])
    gaps = [each for each in noticed if each["gap_ms"] is not None]
    worst = max(gaps, key=lambda each: each["gap_ms"] or 0, default=None)
    entries = "1 entry" if len(found) == 1 else f"{len(found)} entries"
    sentence = (
        f"{entries}: requests failed in {failed or 'none'}, another location took over in {moved or 'none'}. "
        + (
            f"The longest gap was {ms(worst['gap_ms'])}, for users of {worst['region']}."
            if worst
            else "There was no gap."
        )
    )
    return figure(
        "failovers",
        "",
        sentence,
        _overview(found, time),
        moments(noticed),
        _table(found),
        class_="failovers",
    )


def _overview(found: Sequence[Failover], time: Timeline) -> Markup:
    """When, on the axis of the run: a lane for each region."""
    regions = sorted({each["region"] for each in found})
    frame = Frame(ROW * len(regions), time.scale, Linear(0, len(regions)), time.ticks(), ())
    lanes: list[Content] = []
    for lane, region in enumerate(regions):
        middle = lane * ROW + ROW / 2
        lanes.append(el("line", x1=0, x2="100%", y1=middle, y2=middle, class_="grid"))
        lanes.append(
            el("text", region or "nobody", x=-8, y=middle, dy=".32em", text_anchor="end", class_="axis")
        )
        lanes += [_entry(each, frame, middle) for each in found if each["region"] == region]
    drawn = picture(
        frame,
        time.bands(frame),
        time.marks(frame, flags=True),
        lanes,
        title="When something happened to which region's users, and how long it lasted for them.",
        class_="flagged lanes",
    )
    key = legend(("fo-span", "not normal for clients"), ("fo-seen", "noticed"), ("fo-unseen", "not noticed"))
    return el("div", key, drawn)


def _entry(each: Failover, frame: Frame, middle: float) -> Content:
    label = el("title", f"{clock(each['at'], 3)} {each['sentence']}")
    if not _noticed(each):
        return el("circle", label, cx=frame.across(each["at"]), cy=middle, r=4.5, class_="fo-unseen")
    start = min(each["at"], each["noticed"]["at"] if each["noticed"] else each["at"])
    end = each["normal_at"] if each["normal_at"] is not None else frame_end(frame)
    width = max(frame.x.place(end) - frame.x.place(start), 0.004)
    return [
        el(
            "rect",
            label,
            x=frame.across(start),
            y=middle - 7,
            width=f"{width * 100:.2f}%",
            height=14,
            rx=3,
            class_="fo-span",
        ),
        el("circle", cx=frame.across(start), cy=middle, r=4.5, class_="fo-seen"),
    ]


def frame_end(frame: Frame) -> float:
    return frame.x_ticks[-1].value if frame.x_ticks else 1.0


def _table(found: Sequence[Failover]) -> Markup:
    rows = [
        (
            clock(each["at"], 3),
            each["region"] or NOTHING,
            _happened(each),
            _path(each),
            _noticing(each),
            ms(each["gap_ms"]) if each["gap_ms"] is not None else "none",
            count(each["failed"]),
            clock(each["normal_at"], 3)
            if each["normal_at"] is not None
            else (NOTHING if not _noticed(each) else "not seen"),
        )
        for each in found[:MOST]
    ]
    more = f"; the first {MOST} of {len(found)}" if len(found) > MOST else ""
    return table(f"Decisions beside what clients saw{more}", _COLUMNS, rows, class_="log")


def _happened(each: Failover) -> Content:
    decision = each["decision"]
    decided: Content = el("small", "no decision of the journal belongs to it")
    if decision:
        decided = el(
            "small",
            el("b", decision["kind"]),
            f" at {clock(decision['at'], 3)}: {decision['sentence']} ",
            el("code", decision["id"]),
        )
    return [el("span", each["sentence"]), decided]


def _path(each: Failover) -> str:
    if not each["from"]:
        return NOTHING
    return f"{each['from']} → {each['to']}" if each["to"] else each["from"]


def _noticing(each: Failover) -> Content:
    seen = each["noticed"]
    if not seen:
        return el("span", "clients did not notice", class_="muted") if not _noticed(each) else NOTHING
    return [
        el("b", f"request {count(seen['number'])}"),
        el("small", f"{clock(seen['at'], 3)} {seen['what']}"),
    ]


def _noticed(each: Failover) -> bool:
    return each["noticed"] is not None or each["gap_ms"] is not None
