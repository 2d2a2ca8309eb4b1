"""From what clients measure to what edges are compiled with."""

from datetime import timedelta

from meridian.core.runner import Runner
from meridian.regions.drain.judge import Drain
from meridian.regions.drain.store import Drains
from meridian.regions.latency.controller import Measuring
from meridian.regions.latency.store import Measurements, Sample
from tests.regions.bench import Bench


async def measure(bench: Bench, eu: float, apac: float, count: int = 30) -> None:
    samples = [Sample("EU", eu)] * count + [Sample("APAC", apac)] * count
    await Measurements(bench.database).add(samples, "AE", "5.36.0.0/24", bench.clock.now())


def running(bench: Bench) -> tuple[Runner, Measuring]:
    controller = Measuring(bench)  # type: ignore[arg-type]
    return Runner([controller], bench.journal, bench.clock, bench.config), controller


async def cycles(bench: Bench, runner: Runner, controller: Measuring, count: int) -> None:
    for _ in range(count):
        await runner.cycle(controller)
        bench.clock.advance(controller.interval)


async def test_a_faster_region_is_journalled_compiled_once_and_taken_back_when_it_is_slower(
    bench: Bench,
) -> None:
    runner, controller = running(bench)
    await bench.recompile()
    await measure(bench, eu=38, apac=95)
    await cycles(bench, runner, controller, 8)
    assert bench.loaded.preferences.nearest == {"AE": "EU"}
    assert [s for s in bench.sentences() if "AE: nearest is now EU" in s] == bench.sentences()[:1]
    assert bench.compiled == 2
    bench.clock.advance(900)
    await measure(bench, eu=95, apac=38)
    await cycles(bench, runner, controller, 8)
    assert bench.loaded.preferences.nearest == {}


async def test_a_decision_is_undone_by_its_own_undo(bench: Bench) -> None:
    runner, controller = running(bench)
    await bench.recompile()
    await measure(bench, eu=38, apac=95)
    await cycles(bench, runner, controller, 8)
    decision = next(d for d in bench.journal.entries.values() if d.action["scope"] == "nearest")
    assert decision.undo is not None
    await controller.actuate(decision.__class__("regions.latency", "undo", "AE", "", action=decision.undo))
    assert bench.loaded.preferences.nearest == {}


async def test_a_compilation_that_was_missed_is_made_good(bench: Bench) -> None:
    runner, controller = running(bench)
    await Measurements(bench.database).prefer("nearest", "AE", "EU", bench.clock.now())
    await measure(bench, eu=38, apac=95)
    await cycles(bench, runner, controller, 1)
    assert bench.loaded.preferences.nearest == {"AE": "EU"}


async def test_nothing_is_moved_to_a_region_that_is_drained(bench: Bench) -> None:
    runner, controller = running(bench)
    at = bench.clock.now() - timedelta(hours=1)
    places = ("europe-west1", "europe-west4")
    await Drains(bench.database).put([Drain(place, 0, 1, at, 60, "works", "anna") for place in places])
    await measure(bench, eu=38, apac=95)
    await cycles(bench, runner, controller, 10)
    assert bench.sentences() == []
