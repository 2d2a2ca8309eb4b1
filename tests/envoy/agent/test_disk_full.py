"""An edge whose disk takes nothing more keeps serving, and says so."""

import errno
from collections.abc import Mapping

import pytest

from meridian.envoy.agent.files import XdsFiles
from tests.envoy.agent.conftest import World, until
from tests.envoy.agent.snapshots import snapshot


async def test_the_new_snapshot_is_refused_in_a_sentence_and_tried_again_when_there_is_room(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = await world.serve(snapshot(world.port))
    original = XdsFiles.write

    def full(self: XdsFiles, changed: Mapping[str, bytes]) -> None:
        if changed:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(XdsFiles, "write", full)
    second = snapshot(world.port, answer="two")
    world.control.publish(second)
    await until(lambda: agent.state.rejection is not None)
    assert "No space left on device" in agent.reporting.sentence()
    assert await world.ask() == "one"

    monkeypatch.setattr(XdsFiles, "write", original)
    await until(
        lambda: agent.state.active is not None and agent.state.active.digest == second.digest, within=12
    )
    assert await world.ask() == "two"
