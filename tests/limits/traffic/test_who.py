"""Other names for users and clients."""

from pathlib import Path

import pytest

from meridian.limits.traffic.who import FILE, Pseudonyms, pseudonyms


def test_an_edge_keeps_its_key_and_another_one_has_another(tmp_path: Path) -> None:
    first, again = pseudonyms(tmp_path), pseudonyms(tmp_path)
    (tmp_path / "other").mkdir()
    other = pseudonyms(tmp_path / "other")
    assert (first.name("user", "u1"), first.rank("u1")) == (again.name("user", "u1"), again.rank("u1"))
    assert first.name("user", "u1") != other.name("user", "u1")
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_a_user_who_is_called_like_an_address_is_another() -> None:
    names = Pseudonyms(b"key")
    assert names.name("user", "192.0.2.1") != names.name("client", "192.0.2.1")


def test_half_as_many_are_in_each_smaller_sample() -> None:
    names = Pseudonyms(b"key")
    ranks = [names.rank(f"user-{number}") for number in range(20_000)]
    for level in range(1, 6):
        share = sum(not rank & ((1 << level) - 1) for rank in ranks) / len(ranks)
        assert share == pytest.approx(2**-level, rel=0.15)
