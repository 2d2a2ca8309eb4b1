"""Nobody counts twice, within what the sketch promises; bytes from elsewhere never take more memory than a sketch."""

import tracemalloc

import pytest
from datasketches import hll_sketch, tgt_hll_type
from hypothesis import given, settings
from hypothesis import strategies as st

from meridian.telemetry.distinct import Distinct
from meridian.telemetry.sketch import MOST_BYTES, sound

NAMES = st.lists(st.text(max_size=8), max_size=60)


@settings(max_examples=50)
@given(NAMES, NAMES, NAMES)
def test_merging_counts_everybody_once_in_any_order(a: list[str], b: list[str], c: list[str]) -> None:
    left, right = Distinct(a), Distinct(c)
    left.merge(Distinct(b))
    left.merge(Distinct(c))
    right.merge(Distinct(a))
    right.merge(Distinct(b))
    assert left.estimate() == pytest.approx(right.estimate())
    assert left.estimate() == pytest.approx(len({each for each in (*a, *b, *c) if each}), abs=0.5)


def test_a_million_users_are_counted_within_some_percent_in_a_kilobyte() -> None:
    parts = [
        Distinct(f"user-{n}" for n in range(start, start + 60_000)) for start in range(0, 200_000, 50_000)
    ]
    whole = Distinct.union(parts)
    assert abs(whole.estimate() - 210_000) < 0.06 * 210_000
    raw = whole.to_bytes()
    assert len(raw) < MOST_BYTES
    assert Distinct.from_bytes(raw).estimate() == pytest.approx(whole.estimate())


@given(st.binary(max_size=3000))
def test_bytes_that_are_no_sketch_are_refused(raw: bytes) -> None:
    try:
        found = Distinct.from_bytes(raw)
    except ValueError:
        return
    assert len(found.to_bytes()) <= MOST_BYTES


@pytest.mark.parametrize("users", [0, 1, 7, 8, 24, 25, 192, 193, 1_000, 20_000, 300_000])
def test_every_sketch_is_sound(users: int) -> None:
    made = Distinct(f"u{n}" for n in range(users))
    assert sound(made.to_bytes())
    assert sound(Distinct.union([made, Distinct(["another"])]).to_bytes())
    assert Distinct.from_bytes(made.to_bytes()).estimate() == pytest.approx(made.estimate())


@settings(max_examples=400)
@given(
    st.integers(0, 1100),
    st.integers(0, 255),
    st.sampled_from([0, 1, 7, 8, 100, 192, 193, 400, 20_000]),
    st.booleans(),
    st.integers(0, 4000),
)
def test_a_broken_sketch_is_refused_or_still_a_small_one(
    place: int, value: int, users: int, early: bool, cut: int
) -> None:
    raw = bytearray(Distinct(f"u{n}" for n in range(users)).to_bytes())
    raw[place % (12 if early and len(raw) > 12 else len(raw))] = value
    raw = raw[: max(1, len(raw) - cut)] if cut < 40 else raw
    try:
        found = Distinct.from_bytes(bytes(raw))
    except ValueError:
        return
    assert len(found.to_bytes()) <= MOST_BYTES
    Distinct().merge(found)


def test_a_sketch_of_another_size_is_refused_before_it_takes_memory() -> None:
    large = hll_sketch(21, tgt_hll_type.HLL_8)
    large.update("somebody")
    tracemalloc.start()
    with pytest.raises(ValueError, match="no sketch"):
        Distinct.from_bytes(bytes(large.serialize_compact()))
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()
    for n in range(1_000):
        large.update(f"u{n}")
    with pytest.raises(ValueError, match="no sketch"):
        Distinct.from_bytes(bytes(large.serialize_compact()))
