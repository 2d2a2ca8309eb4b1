"""Becomes a PostgreSQL program that may run here and does not outlive the process that started it.

Run as a script, with nothing but the standard library, so that it starts in about 20 ms and whatever the
caller imported stays out of it:

    python -I -S launch.py PARENT IDENTITY DATA SOCKETS PROGRAM [ARGUMENT ...]

PARENT: id of the process that must stay alive; the server gets SIGINT (its fast shutdown) when it dies.
IDENTITY: "self"; "namespace" (this user appears as `nobody` inside a user namespace: PostgreSQL refuses to
run as root, and this way its files stay the caller's and may lie below a folder only root can enter); or a
user's name to switch to.
DATA, SOCKETS: the folders whose lock files may be left over; "-" for a program that is not the server.
"""

import ctypes
import errno
import os
import pwd
import signal
import sys
from pathlib import Path

NAMELESS = 65534
"""The user id of `nobody`, which every system has an entry for; initdb needs one."""
_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    parent, identity, data, sockets, *command = arguments
    if data != "-":
        disown_stale_locks(Path(data), Path(sockets))
    if identity == "namespace":
        enter_namespace()
    elif identity != "self":
        become(identity)
    # Only now: a change of credentials clears the parent-death signal.
    die_with(int(parent))
    os.execv(command[0], command)  # noqa: S606 - the caller gives the absolute path of a program it ships


def disown_stale_locks(data: Path, sockets: Path) -> None:
    """Lets PostgreSQL start where its lock files are left over and name a process that is no server of this
    data folder.

    After a SIGKILL their process id may have gone to some other process, or after a full disk they may be
    empty; PostgreSQL would refuse to start for ever. Deleting `postmaster.pid` would also lose the
    shared-memory key by which PostgreSQL notices backends that are still writing. So only the process id is
    replaced, by our own, which PostgreSQL (having it after exec) takes as stale before it goes on to check
    the key.
    """
    if live_server(data) or not Path("/proc/self/cwd").is_symlink():
        return
    (sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
    lock = data / "postmaster.pid"
    owner, rest = _owner(lock)
    if owner:
        lock.write_text(f"{os.getpid()}\n{rest}")
    else:
        lock.unlink(missing_ok=True)


def live_server(data: Path) -> int:
    """The process id of the server that runs on this data folder, or 0. A server works in its data folder."""
    owner, _ = _owner(data / "postmaster.pid")
    try:
        return owner if owner and Path(f"/proc/{owner}/cwd").readlink() == data.resolve() else 0
    except OSError:
        return 0


def _owner(lock: Path) -> tuple[int, str]:
    """The process id on the lock file's first line (0: none), and the other lines."""
    try:
        first, _, rest = lock.read_text().partition("\n")
        return abs(int(first)), rest
    except (OSError, ValueError):
        return 0, ""


def enter_namespace() -> None:
    """Raises OSError where user namespaces are not allowed."""
    uid, gid = os.geteuid(), os.getegid()
    if not hasattr(ctypes.CDLL(None), "unshare"):
        raise OSError(errno.ENOSYS, "this system has no user namespaces")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{NAMELESS} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{NAMELESS} {gid} 1")


def become(name: str) -> None:
    user = pwd.getpwnam(name)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)


def die_with(parent: int) -> None:
    """Exits at once when the parent is already gone. Where the system has no such signal, the supervisor's
    own care remains."""
    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "prctl"):
        libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGINT), 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(f"process {parent}, which asked for this program, is gone")


if __name__ == "__main__":
    main(sys.argv[1:])
