import time

from meridian.loadtest.engine.pulse import Pulse
from meridian.loadtest.record import Record
from tests.support.waiting import eventually


async def test_a_loop_that_stood_still_shows_in_every_second_it_missed() -> None:
    record, began = Record(), time.monotonic() + 0.3  # the clock of a run counts from before it begins
    shift = [0.0]
    pulse = Pulse(record, lambda: time.monotonic() - began + shift[0])
    pulse.start()
    await eventually(lambda: record.second(0).beat >= 0 and record.seconds == 1)
    assert record.second(0).beat < 1_000_000
    shift[0] = 3.2  # as if nothing had run for so long
    await eventually(lambda: record.seconds >= 4)
    pulse.stop()
    assert record.second(0).beat >= 3_000_000
    assert record.second(2).beat >= 1_000_000
