"""A strip of the crash map: failures over time, stacked by what came of the requests."""

from collections import defaultdict
from collections.abc import Mapping

from meridian.loadtest.report.axes import Linear
from meridian.loadtest.report.latencies import reading
from meridian.loadtest.report.markup import Markup, el
from meridian.loadtest.report.plot import WIDTH, Frame, picture
from meridian.loadtest.report.timeline import Timeline

HEIGHT = 40
LEAST = 4.0
"""Pixels of a bar of one failure among thousands: it is seen too."""


def strip(
    columns: Mapping[int, Mapping[str, int]],
    width: float,
    top: int,
    time: Timeline,
    title: str,
    outcomes: Mapping[str, str],
    labelled: bool,
) -> Markup:
    """columns: place -> outcome -> failures. width: seconds of a column. top: the most failures of a column of any strip.
    outcomes: from the ground up, with their words. labelled: with the times below."""
    frame = Frame(HEIGHT, time.scale, Linear(0, 1), time.ticks() if labelled else (), ())
    paths: dict[str, list[str]] = defaultdict(list)
    for place, numbers in sorted(columns.items()):
        ground, number = float(HEIGHT), sum(numbers.values())
        scale = max(LEAST, (number / top) ** 0.5 * HEIGHT) / number
        left, right = (round(frame.x.place((place + side) * width) * WIDTH, 1) for side in (0, 1))
        for name in outcomes:
            if n := numbers.get(name, 0):
                paths[name].append(f"M{left:g} {ground:.1f}H{right:g}V{ground - n * scale:.1f}H{left:g}Z")
                ground -= n * scale
    places = range(max(1, int(-(-time.end // width))))
    read = reading(
        time,
        [place * width for place in places],
        {
            word: ([float(columns.get(place, {}).get(name, 0)) for place in places], "failed")
            for name, word in outcomes.items()
        },
    )
    return picture(
        frame,
        el("rect", width="100%", height=HEIGHT, rx=4, class_="ground"),
        time.bands(frame),
        time.marks(frame),
        frame.body(
            [el("path", d="".join(parts), class_=f"bar-of out-{name}") for name, parts in paths.items()]
        ),
        title=title,
        read=read,
        class_="strip labelled" if labelled else "strip",
    )
