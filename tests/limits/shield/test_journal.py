from pathlib import Path

import pytest

from meridian.limits.shield import journal as journals
from meridian.limits.shield.book import Book
from meridian.limits.shield.journal import Journal
from tests.limits.shield.watching import Door, who


def attacked(book: Book) -> Door:
    door = Door(book=book)
    door.login(who(account="owner", device="phone"), 200)
    for _ in range(5):
        door.login(who(account="victim"))
    door.login(who(account="slow", address="203.0.113.9"))
    return door


def again(path: Path) -> Book:
    book = Book()
    Journal(path, book).load()
    return book


def test_blocks_attempts_and_devices_survive_a_restart(tmp_path: Path) -> None:
    book = Book()
    door = attacked(book)
    Journal(tmp_path / "shields", book).flush()
    found = again(tmp_path / "shields")
    assert (dict(found.tracks), dict(found.known)) == (dict(book.tracks), dict(book.known))
    assert not found.changed
    after = Door(now=door.now, book=found)
    assert after.login(who(account="victim", address="203.0.113.5")).refused_by
    assert after.knock(who(account="owner", device="phone")).known


def test_each_flush_writes_what_has_changed_and_what_went_is_gone(tmp_path: Path) -> None:
    book = Book()
    door, journal = attacked(book), Journal(tmp_path / "shields", book)
    journal.flush()
    size = (tmp_path / "shields").stat().st_size
    journal.flush()
    assert (tmp_path / "shields").stat().st_size == size
    door.now += 100 * 86400
    door.guard.tidy({}, 1000)
    door.login(who(account="new"))
    journal.flush()
    found = again(tmp_path / "shields")
    assert {each.name for each in found.tracks} == {"new", "198.51.100.1"}
    assert not found.known


async def test_a_line_that_a_crash_cut_short_is_left_out_and_the_file_made_whole(tmp_path: Path) -> None:
    path, book = tmp_path / "shields", Book()
    attacked(book)
    Journal(path, book).flush()
    path.write_bytes(path.read_bytes() + b'["login-guessing","account","ha')
    found = again(path)
    assert dict(found.tracks) == dict(book.tracks)
    journal = Journal(path, found)
    journal.load()
    await journal.flush_aside()
    assert path.read_bytes().endswith(b"\n")
    assert dict(again(path).tracks) == dict(book.tracks)


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\xff\n", b"[]\n", b"{}\n", b'[1,"x"]\n', b'["a","b","c","[[[]]]"]\n', b"[" * 5000 + b"\n"],
)
def test_a_file_of_nonsense_is_an_empty_memory(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "shields").write_bytes(content)
    found = again(tmp_path / "shields")
    assert not found.tracks


def test_it_is_written_anew_when_there_are_far_more_lines_than_entries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "_SLACK", 20)
    book = Book()
    door, journal = Door(book=book), Journal(tmp_path / "shields", book)
    for _ in range(100):
        door.login(who(), 503)
        door.login(who(device="phone"), 200)
        journal.flush()
        door.now += 1
    assert len((tmp_path / "shields").read_bytes().splitlines()) < 60
    assert dict(again(tmp_path / "shields").known) == dict(book.known)


def test_a_disk_that_takes_nothing_costs_nothing_once_it_does(tmp_path: Path) -> None:
    folder, book = tmp_path / "away", Book()
    door, journal = attacked(book), Journal(folder / "shields", book)
    (tmp_path / "away").write_text("a file where the folder should be")
    journal.flush()
    (tmp_path / "away").unlink()
    folder.mkdir()
    door.login(who(account="new"))
    journal.flush()
    assert dict(again(folder / "shields").tracks) == dict(book.tracks)
