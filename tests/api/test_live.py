"""What edges tell each second reaches the features it is for, and nothing else."""

import dataclasses
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from meridian.api.guard import MAX_LIVE
from meridian.feature import Control, Feature, Pulse
from tests.api.conftest import started, until
from tests.api.world import EU, OPS, US, Sample, World, bearer

LIVE = "/edge/v1/EU/live"


class Feeling(Sample):
    """Keeps its pulses; refuses "odd", and fails at "broken"."""

    def __init__(self) -> None:
        super().__init__()
        self.felt: list[Pulse] = []

    def feature(self) -> Feature:
        return dataclasses.replace(super().feature(), live=self.live)

    def live(self, control: Control, pulse: Pulse) -> None:
        if pulse.content == "odd":
            raise ValueError("it is odd")
        if pulse.content == "broken":
            raise RuntimeError("a mistake of this feature")
        self.felt.append(pulse)


@dataclasses.dataclass
class Felt:
    world: World
    feature: Feeling

    async def tell(self, content: Any, token: str = EU, **other: Any) -> Any:
        body = {"instance": "EU-1", "at": self.now(), "pulses": {"sample": content}} | other
        return await self.send(json.dumps(body).encode(), token)

    async def send(self, body: bytes, token: str = EU) -> Any:
        headers = bearer(token) | {"content-type": "application/json"}
        return await self.world.client.post(LIVE, content=body, headers=headers)

    def now(self) -> float:
        return self.world.control.clock.now().timestamp()


@pytest_asyncio.fixture
async def felt(tmp_path: Path, postgres_url: str) -> AsyncIterator[Felt]:
    feature = Feeling()
    async with started(tmp_path / "home", postgres_url, feature) as world:
        await until(lambda: not world.control.trouble())
        yield Felt(world, feature)


async def test_a_pulse_reaches_its_feature(felt: Felt) -> None:
    assert (await felt.tell({"n": 1}, at=felt.now() + 60)).status_code == 204
    assert (await felt.tell(2, pulses={"sample": 2, "of-a-newer-edge": 3})).status_code == 204
    [first, second] = felt.feature.felt
    assert (first.region, first.instance, first.content) == ("EU", "EU-1", {"n": 1})
    assert 50 < first.ahead <= 60
    assert second.content == 2


async def test_only_an_edge_of_the_region_may(felt: Felt) -> None:
    answers = [await felt.tell(1, token) for token in (US, OPS, "nobody")]
    assert [answer.status_code for answer in answers] == [403, 403, 401]
    assert not felt.feature.felt


async def test_what_a_feature_refuses_is_said(felt: Felt) -> None:
    answer = await felt.tell("odd")
    assert answer.status_code in (400, 422)
    assert "sample: it is odd" in answer.text
    assert (await felt.tell("broken")).status_code == 204, "the edge can do nothing about it"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"instance": "EU-1", "at": NaN, "pulses": {}}',
        b'{"instance": "EU-1", "at": 1e300, "pulses": {}}',
        b'{"instance": "", "at": 1763800000, "pulses": {}}',
        b'{"instance": "EU-1", "at": 1763800000, "pulses": []}',
        b'{"instance": "EU-1", "at": 1763800000, "pulses": {"sample": ' + b"[" * 50_000 + b"}}",
    ],
)
async def test_what_is_no_pulse_is_refused(felt: Felt, body: bytes) -> None:
    assert (await felt.send(body)).status_code in (400, 422)
    assert not felt.feature.felt


async def test_a_pulse_has_its_size(felt: Felt) -> None:
    assert (await felt.tell("x" * MAX_LIVE)).status_code == 413
    assert not felt.feature.felt
