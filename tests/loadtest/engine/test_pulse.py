from meridian.loadtest.engine.pulse import Pulse
from meridian.loadtest.record import Record
from tests.support.waiting import eventually


async def test_a_loop_that_stood_still_shows_in_every_second_it_missed() -> None:
    record, now = Record(), [0.3]
    pulse = Pulse(record, lambda: now[0])
    pulse.start()
    now[0] = 0.312
    await eventually(lambda: record.seconds == 1)
    assert 1_900 <= record.second(0).beat <= 2_100, "ten of the twelve milliseconds were as it should be"
    now[0] = 3.512  # as if nothing had run for so long
    await eventually(lambda: record.seconds >= 4)
    pulse.stop()
    assert [round(record.second(at).beat / 10_000) for at in range(4)] == [319, 219, 119, 19]


async def test_before_the_start_nothing_is_told() -> None:
    """The clock of a run counts from before it begins."""
    record, now = Record(), [-1.0]
    pulse = Pulse(record, lambda: now[0])
    pulse.start()
    now[0] = -0.5
    beats = iter(range(1000))
    await eventually(lambda: next(beats) > 5)
    assert record.seconds == 0
    now[0] = 0.2
    await eventually(lambda: record.seconds == 1)
    pulse.stop()
