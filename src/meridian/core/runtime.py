"""A short private folder for a home's Unix sockets.

A socket's path may have 107 bytes at most, and homes can be deep. So sockets live in a folder named after a
hash of the home, under the user's runtime folder or the system's temporary one. `home/runtime` is a link to
it, for people and so that a process with another environment (a cron job without XDG_RUNTIME_DIR) finds the
same folder.
"""

import hashlib
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from meridian.core.errors import Unavailable

LONGEST = 60
"""Bytes that a runtime folder's path may have; leaves 46 for the socket's name."""
_PLAIN = re.compile(r"[A-Za-z0-9/._-]+")


def runtime_folder(home: Path, environment: Mapping[str, str] = os.environ) -> Path:
    """The folder of `home`, created if needed, mode 0700 and owned by this user. The same on every call for
    one home.

    Raises Unavailable when no folder can be had that nobody else can write to.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    refused = ""
    for folder in _candidates(home / "runtime", _name(home), environment):
        try:
            _make_private(folder)
        except OSError as error:
            refused = f"{folder}: {error.strerror or error}"
            continue
        return _remember(home / "runtime", folder)
    raise Unavailable(
        f"no private folder for sockets can be made ({refused})",
        "set XDG_RUNTIME_DIR to a folder that only you can write to, with a short path",
    )


def existing_folder(home: Path) -> Path:
    """The folder that `home` has now; when it has none, a path at which there is nothing. Makes nothing."""
    link = home / "runtime"
    return link.readlink() if link.is_symlink() else link


def remove_folder(home: Path) -> None:
    """Removes the folder of `home` and the link to it, for when nothing of it runs any more. What is not this home's, or
    not this user's own, stays."""
    link = home / "runtime"
    if not link.is_symlink():
        return
    folder = link.readlink()
    with suppress(OSError):
        found = folder.lstat()
        if (
            folder.name.startswith(_name(home))
            and stat.S_ISDIR(found.st_mode)
            and found.st_uid == os.geteuid()
        ):
            shutil.rmtree(folder)
            link.unlink()


def _name(home: Path) -> str:
    return f"meridian-{hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]}"


def _candidates(link: Path, name: str, environment: Mapping[str, str]) -> Iterator[Path]:
    """The folder used before comes first; a link that came along with a copied home names another home and is
    ignored."""
    if link.is_symlink() and (linked := link.readlink()).name.startswith(name):
        yield linked
    for base in (environment.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir(), "/tmp"):  # noqa: S108 - made private below
        folder = f"{base}/{name}"
        if base and base.startswith("/") and len(os.fsencode(folder)) <= LONGEST and _PLAIN.fullmatch(folder):
            yield Path(folder)
            # Another user may have taken the name in a shared folder, by accident or to be a nuisance.
            yield Path(f"{folder}-{os.getuid()}")


def _make_private(folder: Path) -> None:
    """Raises OSError when the folder is, or could be made to be, somebody else's."""
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise PermissionError(f"it is not a folder of user {os.geteuid()}")
    if stat.S_IMODE(found.st_mode) != 0o700:
        folder.chmod(0o700)


def _remember(link: Path, folder: Path) -> Path:
    """Two processes may get here at once: the link is replaced as one step, and both chose by the same
    rule."""
    if link.is_symlink() and link.readlink() == folder:
        return folder
    fresh = link.with_name(f".runtime-{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(folder)
    fresh.replace(link)
    return folder
