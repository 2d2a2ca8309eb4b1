"""The pid file: which Envoys belong to an edge, for the next agent, and for whoever has to stop them.

One line a process, the serving one first, then those that a hot restart replaced and that still drain:
`pid started epoch base-id bootstrap admin-socket`.
"""

import asyncio
from pathlib import Path

from meridian.envoy.agent.folder import replace
from meridian.envoy.agent.process import EnvoyProcess, identity, strays

PID_FILE = "envoy.pid"
COMPANIONS = "companions"
"""Folder with the pid files of the companions, beside Envoy's."""


def companion_file(home: Path, name: str) -> Path:
    return home / COMPANIONS / f"{name}.pid"


def companions(home: Path) -> list[EnvoyProcess]:
    """The companions of the edge at `home` that are alive."""
    return [each for path in sorted((home / COMPANIONS).glob("*.pid")) for each in read(path)]


def read(path: Path) -> list[EnvoyProcess]:
    """Those that are alive."""
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    found = []
    for line in lines:
        try:
            process = EnvoyProcess.parse(line)
        except ValueError:
            continue
        if process.alive():
            found.append(process)
    return found


def write(path: Path, processes: list[EnvoyProcess]) -> None:
    """Best effort: with the disk full, Envoys are still found by their working directory."""
    try:
        if processes:
            replace(path, "".join(each.line() + "\n" for each in processes).encode(), durable=False)
        else:
            path.unlink(missing_ok=True)
    except OSError:
        return


def left_over(home: Path, known: list[EnvoyProcess]) -> list[EnvoyProcess]:
    """Envoys in the edge's folder that the pid file does not name: an agent died just as it started them."""
    named = {each.pid for each in known}
    return [EnvoyProcess(pid, identity(pid), Path()) for pid in strays(home) if pid not in named]


def stop_leftover(home: Path, grace: float = 3.0) -> int:
    """Stops every Envoy of the edge at `home`, whoever started it, and its companions, and says how many Envoys there were.

    For `meridian down`, when the agent that would have done it is gone.
    """
    return asyncio.run(stop_all(home.resolve(), grace))


async def stop_all(home: Path, grace: float = 3.0) -> int:
    """`stop_leftover` for a running event loop. home: resolved."""
    known = read(home / PID_FILE)
    everyone = known + left_over(home, known)
    await asyncio.gather(*(each.stop(grace) for each in [*everyone, *companions(home)]))
    write(home / PID_FILE, [])
    for path in (home / COMPANIONS).glob("*.pid"):
        write(path, [])
    return len(everyone)
