import os
from pathlib import Path

import pytest

from meridian.core.errors import Conflict
from meridian.world.home import Home
from meridian.world.lock import alone


def test_a_second_world_in_the_same_home_is_told_who_runs_there(tmp_path: Path) -> None:
    home = Home.at(tmp_path / "home")
    with (
        alone(home),
        pytest.raises(Conflict, match=rf"already running in .*home \(PID {os.getpid()}\).*meridian down"),
        alone(home),
    ):
        pass
    with alone(home):
        pass
