import asyncio
import sys
import time

import pytest

from meridian.loadtest.engine.pacer import Pacer


@pytest.fixture(params=["kernel", "loop"])
def platform(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "loop":
        monkeypatch.setattr("meridian.loadtest.engine.pacer.sys.platform", "elsewhere")
    elif sys.platform != "linux":
        pytest.skip("there is no timerfd here")
    return str(request.param)


async def woken(*moments: float) -> float:
    """Arms for each of these times from now, one replacing the other. Seconds until it woke."""
    done = asyncio.Event()
    pacer = Pacer(done.set)
    began = time.monotonic()
    for moment in moments:
        pacer.arm(began + moment)
    await asyncio.wait_for(done.wait(), 5)
    pacer.close()
    return time.monotonic() - began


async def test_it_never_wakes_before_the_moment(platform: str) -> None:
    for wait in (0.0101, 0.0033, 0.0007):
        assert await woken(wait) >= wait


async def test_a_moment_that_has_passed_wakes_at_once(platform: str) -> None:
    assert min([await woken(-1.0) for _ in range(5)]) < 0.5


async def test_a_later_order_replaces_an_earlier_one(platform: str) -> None:
    assert await woken(60.0, 0.01) < 5
    assert await woken(0.002, 0.06) >= 0.06


@pytest.mark.skipif(sys.platform != "linux", reason="there is no timerfd here")
async def test_the_kernels_timer_is_finer_than_the_loops() -> None:
    """Once at least: a busy machine wakes anybody late, the loop's own timer is never as early as that."""
    lateness = 1.0
    for _ in range(200):
        lateness = min(lateness, await woken(0.0023) - 0.0023)
        if lateness < 0.0007:
            break
    assert lateness < 0.0007
