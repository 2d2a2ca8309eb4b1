import json
import re
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from meridian.loadtest.report.heatmap import SHADES, cells, heatmap, ranges, shade
from meridian.loadtest.report.timeline import timeline
from tests.loadtest.report.sample import empty, summary


@st.composite
def heats(draw: st.DrawFn) -> dict[str, object]:
    rows, columns = draw(st.integers(1, 100)), draw(st.integers(1, 400))
    counts = [[0] * rows for _ in range(columns)]
    spots = st.tuples(st.integers(0, columns - 1), st.integers(0, rows - 1), st.integers(1, 5_000))
    for column, row, n in draw(st.lists(spots, min_size=1)):
        counts[column][row] = n
    return {
        "at": list(range(columns)),
        "step": 1,
        "bounds_ms": [1.1 ** (row + 1) for row in range(rows)],
        "counts": counts,
    }


@settings(max_examples=30, deadline=None)
@given(heats())
def test_the_cells_hold_each_request_once(heat: dict[str, object]) -> None:
    found = cells(heat)  # type: ignore[arg-type]
    assert found is not None
    assert found.total == sum(sum(column) for column in heat["counts"])  # type: ignore[attr-defined]
    assert len(found.at) == len(found.counts) <= 300
    assert all(len(column) == len(found.edges) - 1 <= 44 for column in found.counts)
    assert list(found.edges) == sorted(set(found.edges))


@given(st.integers(1, 10**9))
def test_shades_grow_with_the_count_and_the_legend_names_each_once(most: int) -> None:
    found = ranges(most)
    assert found[0][1] == 1
    assert found[-1][2] == most
    assert all(high + 1 == low for (_, _, high), (_, low, _) in pairwise(found))
    for step, low, high in found:
        assert shade(low, most) == shade(high, most) == step < SHADES


def test_what_is_drawn_and_what_is_read_are_the_counts_of_the_summary() -> None:
    given = summary(60)
    made = heatmap(given, timeline(given))
    block = re.search(r'<script type="application/json">(.*?)</script>', made)
    assert block
    read = json.loads(block[1])
    total = sum(sum(column) for column in given["heatmap"]["counts"])
    assert sum(sum(column) for column in read["counts"]) == total
    assert f"{total:,} requests by the time they were due" in made
    drawn = sum(path.count("M") for path in re.findall(r'<path d="([^"]*)" class="cell', made))
    assert drawn == sum(1 for column in read["counts"] for n in column if n)


def test_without_requests_there_is_a_sentence() -> None:
    assert "No answer was measured" in heatmap(empty(), timeline(empty()))
