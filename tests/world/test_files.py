from pathlib import Path

import pytest

from meridian.world.files import kept_secret, write_secret, write_text


def test_a_secret_is_for_its_owner_alone_and_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "secret"
    secret = kept_secret(path)
    assert len(secret) >= 40
    assert kept_secret(path) == secret
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_secret_that_lay_open_is_closed_when_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("old")
    path.chmod(0o644)
    write_secret(path, "new")
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_write_that_fails_leaves_the_old_text_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_text(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_text(path, "\ud800")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
