"""Those that are most frequent are found among very many, in little memory."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from meridian.core.heavy import HeavyHitters


def test_few_things_are_counted_exactly() -> None:
    heavy = HeavyHitters(10)
    heavy.add({"a": 3, "b": 1})
    heavy.add({"b": 1, "c": 2})
    assert heavy.top(2) == [("a", 3), ("b", 2)]
    assert heavy.lowered == 0


@given(
    st.integers(1, 8),
    st.lists(
        st.dictionaries(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=1), st.integers(1, 50))
    ),
)
def test_counts_are_within_their_bound_and_nobody_frequent_is_missed(
    size: int, chunks: list[dict[str, int]]
) -> None:
    heavy, exact = HeavyHitters(size), Counter[str]()
    for chunk in chunks:
        heavy.add(chunk)
        exact.update(chunk)
    found = dict(heavy.top(1000))
    assert len(found) <= 2 * size
    assert heavy.lowered * (size + 1) <= exact.total()
    for what, count in found.items():
        assert count <= exact[what] <= count + heavy.lowered
    for what, count in exact.items():
        assert what in found or count <= heavy.lowered
