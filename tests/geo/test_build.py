import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from meridian.core.errors import MeridianError, Unavailable
from meridian.geo import build
from meridian.geo.build import describe, ensure, main
from meridian.geo.check import complaint
from meridian.geo.fetch import Source
from meridian.geo.lookup import CountryLookup


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(say: Callable[[str], None]) -> Source:
        raise Unavailable("no network here")

    monkeypatch.setattr(build, "fetch", fail)


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch, published_database: Path) -> None:
    source = Source(published_database.read_bytes(), "the package 1.2.3", "CC0")
    monkeypatch.setattr(build, "fetch", lambda say: source)


def contents(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_database_is_put_in_place_with_a_file_that_says_what_it_is(network: None, tmp_path: Path) -> None:
    out = tmp_path / "data" / "country.mmdb"
    said: list[str] = []
    assert ensure(out, said.append) == out
    about = json.loads(out.with_suffix(".json").read_text())
    assert about["origin"] == "the package 1.2.3"
    assert about["license"] == "CC0"
    assert about["networks"] > 500_000
    assert about["built"][:2] == "20"
    assert said == [f"The country database is ready: {describe(out)}."]
    assert (
        f"{about['networks']:,} networks in {about['countries']} countries, of {about['built'][:10]}"
        in said[0]
    )
    assert contents(out.parent) == {"country.mmdb", "country.json", "country.lock"}
    with CountryLookup(out) as lookup:
        assert lookup.country("81.2.69.142") == "GB"
        assert lookup.built.isoformat() == about["built"]


def test_nothing_is_done_when_a_usable_one_is_there(
    no_network: None, country_database: Path, tmp_path: Path
) -> None:
    out = tmp_path / "country.mmdb"
    out.write_bytes(country_database.read_bytes())
    before = out.stat()
    said: list[str] = []
    ensure(out, said.append)
    assert out.stat() == before
    assert said == [f"The country database is there: {out}."]


def test_a_damaged_one_is_renewed(network: None, tmp_path: Path) -> None:
    out = tmp_path / "country.mmdb"
    out.write_bytes(b"half a database")
    said: list[str] = []
    ensure(out, said.append)
    assert complaint(out) == ""
    assert said[0].startswith(f"Renewing the country database: the country database {out} cannot be read")


def test_a_refresh_that_fails_leaves_what_is_there(
    no_network: None, country_database: Path, tmp_path: Path
) -> None:
    out = tmp_path / "country.mmdb"
    out.write_bytes(country_database.read_bytes())
    with pytest.raises(Unavailable, match="no network here"):
        ensure(out, refresh=True)
    assert complaint(out) == ""


@pytest.mark.parametrize("wrong", [b"no database", b""])
def test_a_wrong_file_of_a_person_leaves_what_is_there(
    country_database: Path, tmp_path: Path, wrong: bytes
) -> None:
    out, mine = tmp_path / "country.mmdb", tmp_path / "mine.mmdb"
    out.write_bytes(country_database.read_bytes())
    mine.write_bytes(wrong)
    with pytest.raises(MeridianError, match=r"mine\.mmdb is not a MaxMind database: .*; take another file"):
        ensure(out, given=mine)
    assert complaint(out) == ""
    assert contents(tmp_path) == {"country.mmdb", "country.lock", "mine.mmdb"}


def test_a_database_that_fails_its_check_leaves_no_draft(
    network: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path) -> None:
        raise MeridianError("wrong about everything")

    monkeypatch.setattr(build, "check_answers", fail)
    with pytest.raises(MeridianError, match="wrong about everything"):
        ensure(tmp_path / "country.mmdb")
    assert contents(tmp_path) == {"country.lock"}


def test_a_folder_that_cannot_be_written_to_is_named(network: None, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(MeridianError, match=r"file cannot be written to \(File exists\); name another --out"):
        ensure(tmp_path / "file" / "country.mmdb")


def test_several_at_once_build_it_one_at_a_time_and_once(published_database: Path, tmp_path: Path) -> None:
    """Real processes: each would fetch (and note that it did), but the second finds it done."""
    program = """
import sys
from pathlib import Path
from meridian.geo import build
from meridian.geo.fetch import Source
out, published = map(Path, sys.argv[1:])
def fetch(say):
    with open(out.parent / "fetches", "a") as file:
        file.write("once\\n")
    return Source(published.read_bytes(), "test", "")
build.fetch = fetch
build.ensure(out)
"""
    out = tmp_path / "country.mmdb"
    command = [sys.executable, "-c", program, str(out), str(published_database)]
    processes = [subprocess.Popen(command) for _ in range(2)]
    assert [process.wait(60) for process in processes] == [0, 0]
    assert (tmp_path / "fetches").read_text() == "once\n"
    assert complaint(out) == ""


def test_the_command_takes_a_file_by_hand(no_network: None, published_database: Path, tmp_path: Path) -> None:
    out = tmp_path / "country.mmdb"
    result = CliRunner().invoke(main, ["--out", str(out), "--from", str(published_database)])
    assert result.exit_code == 0
    assert result.output == f"The country database is ready: {describe(out)}.\n"


def test_the_command_says_in_a_sentence_why_it_failed(no_network: None, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["--out", str(tmp_path / "country.mmdb")])
    assert result.exit_code == 1
    assert result.output == "Error: no network here\n"
