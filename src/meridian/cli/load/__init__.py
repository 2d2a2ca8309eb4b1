"""What `meridian load run` needs of this machine: its world as a target, what can be broken there, and the program around a
run."""

from pathlib import Path

from meridian.loadtest.scenario.target import Target


def local(home: str | Path | None = None) -> Target:
    """The world that `meridian up` runs on this machine, for `execute_load_test`. home: its state folder; None: as the commands
    find it. Raises Unavailable where none runs."""
    from meridian.cli.client import Client, home_folder
    from meridian.cli.load.world import find

    folder = None if home is None else str(home)
    return find(home_folder(folder), Client(folder)).target
