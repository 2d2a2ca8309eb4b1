from pathlib import Path

from meridian.core.runtime import runtime_folder
from meridian.world.home import Home
from meridian.world.stop import stop


def test_a_stop_takes_the_folders_for_sockets_of_the_home_and_its_edges_along(tmp_path: Path) -> None:
    home = Home.at(tmp_path / "home")
    folders = [home.sockets, runtime_folder(home.edge("EU")), runtime_folder(home.edge("US"))]
    assert stop(home.root) == f"nothing is running in {home.root}"
    assert [folder for folder in folders if folder.exists()] == []
    assert not home.root.joinpath("runtime").is_symlink()
    assert stop(home.root).startswith("nothing is running")
