"""What clients noticed of a failover, moment by moment: a gap of milliseconds and a recovery of minutes in one picture, on a
logarithmic axis that begins with the first sign."""

from collections.abc import Sequence

from meridian.loadtest.report.axes import Linear, Log, Tick
from meridian.loadtest.report.markup import Content, Markup, el
from meridian.loadtest.report.numbers import clock, ms
from meridian.loadtest.report.plot import Frame, legend, picture
from meridian.loadtest.results.summary import Failover

HEIGHT = 62
BAR = 24
"""Where the bar and the dots are, pixels from the top."""
MOST = 12
"""Entries that are drawn."""
_ROWS = {"mo-noticed": 10, "mo-decided": 44, "mo-normal": 58}
"""Where each word stands."""


def moments(noticed: Sequence[Failover]) -> Content:
    """Each noticed entry on an axis of its own time, logarithmic, as a gap of milliseconds and a recovery of minutes
    belong together."""
    entries = [each for each in noticed if _after(each)][:MOST]
    if not entries:
        return None
    origins = [_origin(each) for each in entries]
    top = max(
        (at - origin) * 1000
        for each, origin in zip(entries, origins, strict=True)
        for at, _, _ in _after(each)
    )
    x = Log(1.0, max(1000.0, 10.0 ** len(str(int(top)))))
    ticks = [
        Tick(10.0**n, ms(10.0**n) if n < 5 else f"{10 ** (n - 3):,} s") for n in range(len(str(int(x.high))))
    ]
    rows = []
    for each, origin in zip(entries, origins, strict=True):
        frame = Frame(HEIGHT, x, Linear(0, 1), ticks, ())
        rows.append(
            el(
                "li",
                el(
                    "p",
                    el("b", each["region"]),
                    " ",
                    clock(origin, 3),
                    " ",
                    el("span", each["sentence"], class_="muted"),
                ),
                picture(
                    frame,
                    _gap(each, frame, origin),
                    _dots(each, frame, origin),
                    title=f"Moments: {each['sentence']}",
                    class_="moment",
                ),
            )
        )
    key = legend(
        ("mo-gap", "no answer"),
        ("mo-noticed", "noticed"),
        ("mo-decided", "decided"),
        ("mo-normal", "normal again"),
    )
    lead = "From the first sign on, moment by moment, on a logarithmic axis:"
    return el(
        "div",
        el("h3", "Moment by moment"),
        el("p", lead, class_="note"),
        key,
        el("ol", rows, class_="moments"),
    )


def _origin(each: Failover) -> float:
    """The first sign: of what caused it, or of what clients saw."""
    return min([each["at"], each["gap_at"] or each["at"], *(at for at, _, _ in _after(each))])


def _after(each: Failover) -> list[tuple[float, str, str]]:
    """(at, class, word)."""
    found: list[tuple[float, str, str]] = []
    if each["noticed"]:
        found.append((each["noticed"]["at"], "mo-noticed", "noticed"))
    if each["decision"]:
        found.append((each["decision"]["at"], "mo-decided", "decided"))
    if each["normal_at"] is not None:
        found.append((each["normal_at"], "mo-normal", "normal again"))
    return found


def _dots(each: Failover, frame: Frame, origin: float) -> list[Markup]:
    """Each with its word, in a row of its own: what happens close together stays legible."""
    drawn = []
    for at, kind, word in _after(each):
        after = round((at - origin) * 1000, 3)
        place = frame.x.place(after)
        name = f"{word} {ms(after)}"
        drawn.append(el("circle", el("title", name), cx=f"{place * 100:.2f}%", cy=BAR, r=6, class_=kind))
        side = "end" if place > 0.7 else "start"
        label = el(
            "text",
            name,
            x=f"{place * 100:.2f}%",
            dx=-9 if side == "end" else 9,
            y=_ROWS[kind],
            text_anchor=side,
            class_="axis moment-name",
        )
        drawn.append(label)
    return drawn


def _gap(each: Failover, frame: Frame, origin: float) -> Content:
    if each["gap_ms"] is None or each["gap_at"] is None:
        return None
    start = max(0.0, (each["gap_at"] - origin) * 1000)
    left, right = frame.x.place(start), frame.x.place(start + each["gap_ms"])
    return el(
        "rect",
        el("title", f"{ms(each['gap_ms'])} without an answer"),
        x=f"{left * 100:.2f}%",
        y=BAR - 7,
        width=f"{max(right - left, 0.005) * 100:.2f}%",
        height=14,
        class_="mo-gap",
    )
