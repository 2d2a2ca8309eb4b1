"""A snapshot as a folder that any Envoy can be started in, for people who bring their own data plane.

Files are put in place one by one, each in one step and in the order in which Envoy may see them, so compiling again into the
folder of a running Envoy is how it gets a change. Nothing is removed but what an earlier compilation left under `xds/`.
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from meridian.envoy.agent.files import XdsFiles
from meridian.envoy.agent.folder import replace
from meridian.envoy.agent.settings import settings_of
from meridian.envoy.agent.stages import stages
from meridian.envoy.assembly import GEO_DATABASE
from meridian.envoy.bootstrap import bootstrap
from meridian.envoy.snapshot import Snapshot, canonical, for_envoy

README = """\
# The edge of {region}

    cd {folder} && envoy -c envoy.json

Every path in these files is relative to this folder, so Envoy is started in it. Envoy watches `xds/`: compile again into the
same place and it takes the change without a restart. Its admin page is on the Unix socket `admin.sock`
(`curl --unix-socket admin.sock http://envoy/clusters`), its access log is `log/access.log`, which you rotate.
"""
MISSING = """\
Envoy needs the country database here, as `country.mmdb`, and does not start without it. Where Meridian is installed,
`python -m meridian.geo.build` makes it; any MMDB with the record layout `country.iso_code` will do.
"""


def render(snapshot: Snapshot, folder: Path, database: Path | None) -> None:
    """Makes `folder`, or brings it up to date. database: the country database, copied in; None where there is none, which the
    folder then says. Raises OSError."""
    (folder / "xds").mkdir(parents=True, exist_ok=True)
    (folder / "log").mkdir(exist_ok=True)
    _geo(folder, database)
    limit = settings_of(snapshot).max_connections
    envoy = bootstrap(snapshot.region, snapshot.region, Path("admin.sock"), limit)
    _put(folder / "README.md", README.format(region=snapshot.region, folder=folder.name).encode())
    _xds(folder / "xds", {name: each for name, each in snapshot.resources.items() if for_envoy(each)})
    _put(folder / "envoy.json", canonical(envoy))


def _xds(folder: Path, resources: Mapping[str, bytes]) -> None:
    files = XdsFiles(folder)
    for stage in stages(files.current, resources):
        files.write(stage.writes)
        files.remove(stage.removes)


def _geo(folder: Path, database: Path | None) -> None:
    here, note = folder / GEO_DATABASE, folder / GEO_DATABASE.replace("country.mmdb", "README.md")
    here.parent.mkdir(exist_ok=True)
    if database is None:
        if not here.exists():
            _put(note, MISSING.encode())
        return
    note.unlink(missing_ok=True)
    if here.exists() and here.samefile(database):
        return
    beside = here.with_name(f".{here.name}.{os.getpid()}")
    try:
        beside.hardlink_to(database)
    except OSError:  # another disk, or a file system without hard links
        shutil.copyfile(database, beside)
    beside.replace(here)


def _put(path: Path, content: bytes) -> None:
    if not path.exists() or path.read_bytes() != content:
        replace(path, content)
