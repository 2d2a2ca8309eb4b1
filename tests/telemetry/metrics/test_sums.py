"""Rates and shares from columns are those of the cubes."""

from hypothesis import given, settings
from hypothesis import strategies as st

from meridian.telemetry.cube import Cube
from meridian.telemetry.history.table import from_cube, joined
from meridian.telemetry.kinds import ACTION
from meridian.telemetry.metrics.measures import Rate, Share, answered
from meridian.telemetry.metrics.sums import summed, told_apart

WORDS = ["", "chat", "feed", "free", "gold", "EU", "hourly"]
cells = st.dictionaries(
    st.tuples(
        st.sampled_from(["chat", "feed"]),
        st.sampled_from(["free", "gold"]),
        st.just("EU"),
        st.sampled_from(["", "hourly"]),
    ),
    st.integers(0, 10**9),
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(st.lists(cells, max_size=5), st.sampled_from([(), ("action",), ("action", "tier")]))
def test_columns_say_what_cubes_say(
    steps: list[dict[tuple[str, str, str, str], int]], by: tuple[str, ...]
) -> None:
    cubes = {}
    for number, step in enumerate(steps):
        cube = cubes[60 * number] = Cube(ACTION)
        for labels, n in step.items():
            cube.add(labels, n)
    ids = {word: number for number, word in enumerate(WORDS)}
    table = joined(ACTION, [from_cube(start, cube, ids) for start, cube in cubes.items()])
    for measure in (
        Rate(),
        Rate(per=60.0, without=("limit", "")),
        Share("limit", frozenset({"hourly", "unknown"})),
    ):
        _, values = told_apart(measure)
        numbers = [ids[value] for value in values if value in ids]
        found = summed(measure, table, by, numbers, WORDS.__getitem__, lambda start: 60 - start / 100)
        wanted = {start: answered(measure, cube, by, 60 - start / 100) for start, cube in cubes.items()}
        assert found == {start: each for start, each in wanted.items() if each}
