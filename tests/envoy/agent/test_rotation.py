"""Logs stay within their bounds."""

from pathlib import Path

from meridian.envoy.agent.rotation import ENVOY_LOG_BYTES, Rotation
from tests.envoy.agent.conftest import World, until
from tests.envoy.agent.snapshots import snapshot


def test_only_so_many_files_are_kept_and_the_newest_has_the_lowest_number(tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    rotation = Rotation(log, tmp_path / "envoy.log")
    for number in range(5):
        log.write_text(f"{number}" * 100)
        assert rotation.turn(max_bytes=50, keep=2)
        rotation.reopened()
    assert {path.name: path.read_text()[0] for path in tmp_path.iterdir()} == {
        "access.log.1": "4",
        "access.log.2": "3",
    }
    log.write_text("small")
    assert not rotation.turn(max_bytes=50, keep=2)


def test_a_file_that_envoy_still_writes_to_is_not_rotated_again(tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    rotation = Rotation(log, tmp_path / "envoy.log")
    log.write_text("x" * 100)
    assert rotation.turn(50, 2)
    log.write_text("y" * 100)
    assert rotation.turn(50, 2)
    assert (tmp_path / "access.log.1").read_text()[0] == "x"


def test_envoys_own_output_is_cut_in_place(tmp_path: Path) -> None:
    log = tmp_path / "envoy.log"
    with log.open("ab") as envoy:
        envoy.write(b"x" * (ENVOY_LOG_BYTES + 1))
        envoy.flush()
        Rotation(tmp_path / "access.log", log).turn(50, 2)
        assert log.stat().st_size == 0
        envoy.write(b"next")
    assert log.read_bytes() == b"next"
    assert (tmp_path / "envoy.log.1").stat().st_size == 1_000_000


async def test_envoy_goes_on_in_a_new_file(world: World) -> None:
    agent = await world.serve(snapshot(world.port))
    log = world.home / "log/access.log"
    with log.open("ab") as grown:
        grown.write(b"x" * 1_000_001)
    await until(lambda: (world.home / "log/access.log.1").exists() and not agent.parts.rotation.unopened)
    await world.ask()
    await until(lambda: log.exists() and 0 < log.stat().st_size < 1000, within=20)
