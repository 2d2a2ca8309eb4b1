"""Percentiles and means from columns are those of the histograms one by one, to the last bit."""

from hypothesis import given, settings
from hypothesis import strategies as st

from meridian.telemetry.cube import Cube
from meridian.telemetry.histogram import LARGEST, Histogram, bucket
from meridian.telemetry.history.table import Table, from_cube, joined
from meridian.telemetry.kinds import TRAFFIC
from meridian.telemetry.metrics.histograms import measured
from meridian.telemetry.metrics.measures import Mean, Percentile, answered

BY = ("region", "feature")
counts = st.dictionaries(st.integers(0, bucket(LARGEST)), st.integers(0, 10**6), max_size=12)
cells = st.dictionaries(
    st.tuples(st.sampled_from(["EU", "US"]), st.sampled_from(["chat", "feed", ""])), counts, max_size=6
)
shares = st.one_of(st.sampled_from([0.5, 0.95, 0.99, 1.0]), st.floats(1e-6, 1))


def tabled(start: int, cube: Cube, words: list[str]) -> Table:
    return from_cube(start, cube, {word: number for number, word in enumerate(words)})


@settings(max_examples=40, deadline=None)
@given(st.lists(cells, max_size=5), shares)
def test_columns_say_what_histograms_say(
    steps: list[dict[tuple[str, str], dict[int, int]]], share: float
) -> None:
    words = ["", "EU", "US", "chat", "feed"]
    cubes = {}
    for number, step in enumerate(steps):
        cube = cubes[300 * number] = Cube(TRAFFIC)
        for (region, feature), each in step.items():
            cube.cell((region, "", feature, "", "", "")).histogram = Histogram(dict(each))
    table = joined(TRAFFIC, [tabled(start, cube, words) for start, cube in cubes.items()])
    for measure in (Percentile(share), Mean()):
        wanted = {start: answered(measure, cube, BY, 300) for start, cube in cubes.items()}
        found = measured(measure, table, BY, words.__getitem__)
        assert found == {start: values for start, values in wanted.items() if values}
