import shutil
import socket
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from meridian.core.errors import Unavailable
from meridian.core.runtime import existing_folder, remove_folder, runtime_folder


@pytest.fixture
def base() -> Iterator[Path]:
    """A folder with a short path, as the system's own for sockets has."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


def under(folder: Path) -> dict[str, str]:
    return {"XDG_RUNTIME_DIR": str(folder)}


def test_a_deep_home_gets_a_short_private_folder_that_takes_a_socket(tmp_path: Path, base: Path) -> None:
    home = tmp_path.joinpath(*["deep" * 10] * 5)

    folder = runtime_folder(home, under(base))

    assert folder.parent == base
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / ("s" * 40)))


def test_one_home_has_one_folder_and_two_homes_have_two(tmp_path: Path, base: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "a")

    first = runtime_folder(tmp_path / "a", under(base))

    assert runtime_folder(tmp_path / "link", under(base)) == first
    assert runtime_folder(tmp_path / "b", under(base)) != first


def test_another_environment_finds_the_same_folder_even_once_it_was_cleaned_away(
    tmp_path: Path, base: Path
) -> None:
    folder = runtime_folder(tmp_path, under(base))

    assert runtime_folder(tmp_path, {}) == folder
    folder.rmdir()
    assert runtime_folder(tmp_path, {}) == folder
    assert folder.is_dir()


def test_a_copied_home_does_not_share_the_folder_of_the_one_it_was_copied_from(
    tmp_path: Path, base: Path
) -> None:
    folder = runtime_folder(tmp_path / "home", under(base))
    shutil.copytree(tmp_path / "home", tmp_path / "copy", symlinks=True)

    assert runtime_folder(tmp_path / "copy", under(base)) != folder


def test_a_name_that_something_else_has_taken_is_passed_over(tmp_path: Path, base: Path) -> None:
    folder = runtime_folder(tmp_path, under(base))
    folder.rmdir()
    (tmp_path / "runtime").unlink()
    folder.symlink_to("/")

    other = runtime_folder(tmp_path, under(base))

    assert other != folder
    assert other.is_dir()
    assert not other.is_symlink()


def test_a_folder_open_to_others_is_closed(tmp_path: Path, base: Path) -> None:
    folder = runtime_folder(tmp_path, under(base))
    folder.chmod(0o777)

    assert runtime_folder(tmp_path, under(base)) == folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_base_that_is_too_deep_is_passed_over(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    deep.mkdir()

    folder = runtime_folder(tmp_path / "home", under(deep))

    assert folder.parent == Path(tempfile.gettempdir())
    folder.rmdir()


def test_it_says_what_to_do_when_there_is_no_private_folder(
    tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, mode: int = 0o777, parents: bool = False, exist_ok: bool = False) -> None:
        if self != tmp_path:
            raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(
        Unavailable, match=r"no private folder for sockets .*Permission denied.*set XDG_RUNTIME_DIR"
    ):
        runtime_folder(tmp_path, under(base))
    assert list(base.iterdir()) == []


def test_a_folder_is_removed_with_the_link_to_it_and_made_again_at_the_same_place(
    tmp_path: Path, base: Path
) -> None:
    home = tmp_path / "home"
    folder = runtime_folder(home, under(base))
    (folder / "left.sock").touch()
    remove_folder(home)
    assert not folder.exists()
    assert not existing_folder(home).exists()
    assert list(home.iterdir()) == []
    assert runtime_folder(home, under(base)) == folder == existing_folder(home)


def test_the_folder_of_another_home_is_not_removed(tmp_path: Path, base: Path) -> None:
    other = runtime_folder(tmp_path / "other", under(base))
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "runtime").symlink_to(other)
    remove_folder(tmp_path / "copy")
    assert other.exists()
