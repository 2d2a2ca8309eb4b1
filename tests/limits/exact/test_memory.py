from pathlib import Path

from meridian.limits.exact.counters import Charge, Limit
from meridian.limits.exact.gcra import SECOND
from meridian.limits.exact.memory import MemoryCounters
from meridian.limits.quota import Quota

NOW = 1_900_000_000 * SECOND
PAYOUT = Limit("payout", Quota(5, 3600.0, 5))
DAILY = Limit("daily", Quota(2, 86400.0, 2))


def test_all_limits_are_taken_or_none() -> None:
    counters = MemoryCounters()
    both = [Charge("u1", PAYOUT), Charge("u1", DAILY)]
    assert [counters.take(both, NOW).admitted for _ in range(3)] == [True, True, False]
    refused = counters.take(both, NOW)
    assert [each.remaining for each in refused.standings] == [3, 0]
    assert [each.retry for each in refused.standings] == [0.0, 43200.0]


def test_peeking_takes_nothing() -> None:
    counters = MemoryCounters()
    for _ in range(20):
        assert counters.peek([Charge("u1", PAYOUT, 5)], NOW).admitted
    assert len(counters) == 0
    assert not counters.peek([Charge("u1", PAYOUT, 6)], NOW).admitted


def test_another_generation_is_a_fresh_counter() -> None:
    counters = MemoryCounters()
    assert counters.take([Charge("u1", PAYOUT, 5)], NOW).admitted
    assert not counters.take([Charge("u1", PAYOUT)], NOW).admitted
    assert counters.take([Charge("u1", Limit("payout#1", PAYOUT.quota))], NOW).admitted


def test_counters_that_are_full_again_are_forgotten_in_passing() -> None:
    counters = MemoryCounters()
    for number in range(1000):
        counters.take([Charge(f"u{number}", PAYOUT)], NOW)
    assert len(counters) == 1000
    later = NOW + 3600 * SECOND
    for number in range(1000):
        counters.take([Charge(f"late{number}", PAYOUT)], later)
    assert len(counters) <= 1002


def test_beyond_its_bound_it_forgets_what_is_nearest_to_full() -> None:
    counters = MemoryCounters(most=100)
    for number in range(5):
        counters.take([Charge(f"abuser{number}", PAYOUT, 5)], NOW)
    for number in range(5000):
        counters.take([Charge(f"u{number}", PAYOUT)], NOW)
        assert len(counters) <= 100
    for number in range(5):
        assert not counters.take([Charge(f"abuser{number}", PAYOUT)], NOW).admitted


def test_a_process_that_is_asked_to_end_leaves_its_counters_to_the_next_and_only_to_that(
    tmp_path: Path,
) -> None:
    counters, next_one, third = MemoryCounters(), MemoryCounters(), MemoryCounters()
    counters.take([Charge("u1", PAYOUT, 5)], NOW)
    counters.take([Charge("u2", PAYOUT)], NOW - 3600 * SECOND)
    counters.save(tmp_path / "saved", NOW)
    next_one.restore(tmp_path / "saved", NOW)
    assert not next_one.take([Charge("u1", PAYOUT)], NOW).admitted
    assert len(next_one) == 1
    third.restore(tmp_path / "saved", NOW)
    assert len(third) == 0


def test_a_file_of_nonsense_restores_nothing(tmp_path: Path) -> None:
    (tmp_path / "saved").write_bytes(b"\xff\x00\n12\n-5 a\nsoon b\n" + "\u0663 c\n".encode())
    counters = MemoryCounters()
    counters.restore(tmp_path / "saved", NOW)
    assert len(counters) == 0
