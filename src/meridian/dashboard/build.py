"""Builds the operators' page into the package: `python -m meridian.dashboard.build`, which `make setup` runs.

Does nothing when what is there was built from the same sources. Node comes from this machine, or else from a package beside the
other Python packages. The page appears whole or not at all, also under a running control.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from meridian.core.errors import InvalidInput, MeridianError, NotFound
from meridian.dashboard.files import BUILT, INDEX

ROOT = Path(__file__).parents[3]
WEB = ROOT / "web"
COUNTRIES = ROOT / "src/meridian/geo/countries.csv"
NODE_PACKAGE = WEB / "node.txt"
"""Which package has Node, with its hashes, for a machine without one."""
STAMP = ".stamp"
OLDEST = (20, 19)

_SKIPPED = {"node_modules", "dist", "test", "dev"}

Say = Callable[[str], None]


def ensure(out: Path = BUILT, say: Say = lambda sentence: None, tests: bool = False) -> None:
    """Makes sure that the page at `out` is the one of the sources, and with `tests` also that the packages are there that only
    tests need. Raises MeridianError when it cannot be built; what was there before then stays."""
    if not (WEB / "package-lock.json").is_file():
        raise NotFound(f"the page's sources are not at {WEB}", "run this in a checkout of Meridian")
    wanted = fingerprint()
    with _only_one(out):
        if built(out) == wanted and not (tests and _lacking(tests)):
            return
        node = _node(say)
        if _lacking(tests):
            say("installing the page's packages")
            _install(node, tests)
        if built(out) != wanted:
            say("building the dashboard")
            _build(node, out, wanted)


def fingerprint() -> str:
    """SHA-256 over everything that the page is built from, in hex."""
    digest = hashlib.sha256()
    for path in sorted(_sources()):
        digest.update(f"{path.relative_to(ROOT).as_posix()}\0".encode())
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def built(out: Path) -> str:
    """Fingerprint of what the page at `out` was built from, or empty."""
    try:
        return (out / STAMP).read_text() if (out / INDEX).is_file() else ""
    except OSError:
        return ""


def _sources() -> Iterator[Path]:
    yield COUNTRIES
    for folder, folders, files in os.walk(WEB):
        folders[:] = [name for name in folders if name not in _SKIPPED]
        yield from (Path(folder) / name for name in files)


def _node(say: Say) -> list[Path]:
    """Folders that Node and npm are found in. Raises MeridianError where there are none to be had."""
    if shutil.which("npm") and _new_enough(shutil.which("node")):
        return []
    say("installing Node beside the Python packages, as this machine has none that is new enough")
    uv = Path(sys.executable).with_name("uv")
    _run([str(uv), "pip", "install", "--quiet", "--require-hashes", "-r", str(NODE_PACKAGE)], ROOT, [])
    return [Path(sys.executable).parent]


def _new_enough(node: str | None) -> bool:
    if node is None:
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    try:
        return tuple(int(part) for part in said.strip().removeprefix("v").split(".")[:2]) >= OLDEST
    except ValueError:
        return False


def _lacking(tests: bool) -> bool:
    """Whether packages of the lock file are not there: of npm's two lists of what should be and what is, the second is the
    younger one then. Optional ones are of other kinds of machine."""
    installed = _packages(WEB / "node_modules/.package-lock.json")
    locked = _packages(WEB / "package-lock.json")
    skipped = {"optional", *(() if tests else ("dev", "devOptional"))}
    wanted = {path for path, each in locked.items() if not any(each.get(name) for name in skipped)}
    stale = any(
        locked.get(path, {}).get("integrity") != each["integrity"] for path, each in installed.items()
    )
    return stale or not wanted <= installed.keys()


def _install(node: list[Path], tests: bool) -> None:
    left_out = [] if tests else ["--omit=dev"]
    _run(["npm", "ci", *left_out, "--no-audit", "--no-fund", "--loglevel=error"], WEB, node)


def _packages(lock: Path) -> dict[str, dict[str, Any]]:
    """By path, those that were fetched from somewhere."""
    try:
        packages = json.loads(lock.read_bytes())["packages"]
    except (OSError, ValueError, KeyError):
        return {}
    return {path: each for path, each in packages.items() if "integrity" in each}


def _build(node: list[Path], out: Path, wanted: str) -> None:
    with tempfile.TemporaryDirectory(prefix=".building-", dir=out.parent) as draft:
        made = Path(draft) / "new"
        _run(["npm", "run", "--silent", "build"], WEB, node, {"MERIDIAN_DASHBOARD_OUT": str(made)})
        (made / STAMP).write_text(wanted)
        if out.exists():
            out.rename(Path(draft) / "old")
        made.rename(out)


def _run(command: list[str], folder: Path, node: list[Path], more: dict[str, str] | None = None) -> None:
    path = os.pathsep.join([*map(str, node), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path, "VIRTUAL_ENV": sys.prefix, **(more or {})}
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InvalidInput(
            f"`{command[0]}` does not run: {error}", "control works without the page"
        ) from None
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-12:]
        raise InvalidInput(
            f"`{' '.join(command[:3])}` failed:\n" + "\n".join(last), "control works without the page"
        )


@contextmanager
def _only_one(out: Path) -> Iterator[None]:
    """Several at once (tests, two terminals) wait for each other; the kernel lets go when a process dies."""
    lock = os.open(out.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


@click.command(help="Build the operators' page into the package, unless it is up to date.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=BUILT, help="Where to put it."
)
@click.option("--tests", is_flag=True, help="Also install the packages that only tests need.")
def main(out: Path, tests: bool) -> None:
    try:
        ensure(out, lambda sentence: click.echo(f"setup: {sentence}", err=True), tests)
    except MeridianError as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()
