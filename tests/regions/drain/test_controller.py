"""Drains from the command to the edges and back, over a real PostgreSQL and a clock that the test moves."""

import pytest

from meridian.core.decision import Decision
from meridian.core.errors import Conflict, InvalidInput, NotFound
from meridian.core.runner import Runner
from meridian.regions.drain.controller import Draining
from meridian.regions.drain.store import Drains
from meridian.regions.operations import DrainRefused, drain, undrain
from tests.regions.bench import Bench, report, seen


async def seconds(bench: Bench, count: int) -> list[float]:
    """Lets so many cycles pass; the share of europe-west1 after each."""
    controller = Draining(bench)  # type: ignore[arg-type]
    runner = Runner([controller], bench.journal, bench.clock, bench.config)
    found = []
    for _ in range(count):
        bench.clock.advance(1.0)
        await runner.cycle(controller)
        found.append(bench.loaded.drains.get("europe-west1", 0.0))
    return found


async def begin(bench: Bench, name: str = "europe-west1", over: float = 8.0, force: bool = False) -> Decision:
    done = await drain(bench, name, over, "anna", "maintenance", force=force)  # type: ignore[arg-type]
    return done.decision


async def end(bench: Bench, name: str = "europe-west1") -> Decision:
    return (await undrain(bench, name, "anna", "done")).decision  # type: ignore[arg-type]


async def test_the_share_rises_a_step_a_second_and_quarters_are_journalled(bench: Bench) -> None:
    await begin(bench)
    assert await seconds(bench, 9) == [0.12, 0.25, 0.38, 0.5, 0.62, 0.75, 0.88, 1.0, 1.0]
    assert bench.sentences() == [
        "anna drains europe-west1 over 8 s: maintenance",
        "europe-west1 is being drained: 25% of its traffic is taken away",
        "europe-west1 is being drained: 50% of its traffic is taken away",
        "europe-west1 is being drained: 75% of its traffic is taken away",
        "europe-west1 is drained after 8 s: maintenance",
    ]


async def test_it_is_given_back_over_the_slowest_service_s_return(bench: Bench) -> None:
    await begin(bench, over=0.0)
    await seconds(bench, 1)
    assert bench.loaded.drains == {"europe-west1": 1.0}
    await end(bench)
    shares = await seconds(bench, 21)
    assert shares[0] == 0.95
    assert shares[9] == 0.5
    assert shares[-1] == 0.0
    assert bench.sentences()[-1] == "europe-west1 has all of its traffic back after 20 s"
    assert await Drains(bench.database).all() == ()


async def test_a_return_half_way_begins_where_the_drain_was_and_takes_half_the_time(bench: Bench) -> None:
    await begin(bench)
    await seconds(bench, 4)
    await end(bench)
    assert (await seconds(bench, 10))[-1] == 0.0


async def test_a_cycle_that_was_missed_is_made_good_by_the_next(bench: Bench) -> None:
    await begin(bench)
    bench.clock.advance(5.0)
    assert await seconds(bench, 1) == [0.75]


async def test_steps_recompile_and_rest_does_not(bench: Bench) -> None:
    await begin(bench)
    await seconds(bench, 8)
    compiled = bench.compiled
    await seconds(bench, 5)
    assert bench.compiled == compiled == 9


async def test_what_would_be_lost_refuses_and_changes_nothing(bench: Bench) -> None:
    with pytest.raises(DrainRefused, match="users of EU would have nowhere to go for 3 features") as refused:
        await begin(bench, "EU")
    assert len(refused.value.findings) == 3
    assert bench.sentences() == []
    assert await Drains(bench.database).all() == ()


async def test_force_drains_all_the_same_and_says_so(bench: Bench) -> None:
    decision = await begin(bench, "EU", force=True)
    assert decision.sentence == "anna drains EU (europe-west1, europe-west4) over 8 s, forced: maintenance"
    assert decision.evidence["objections"]
    await seconds(bench, 8)
    assert bench.loaded.drains == {"EU": 1.0, "europe-west1": 1.0, "europe-west4": 1.0}


async def test_the_second_of_two_locations_is_refused_once_the_first_is_on_its_way(bench: Bench) -> None:
    await begin(bench)
    with pytest.raises(DrainRefused):
        await begin(bench, "europe-west4")


async def test_a_location_is_not_drained_onto_one_that_is_down(bench: Bench) -> None:
    bench.heard = {"EU": [report("EU", health=(seen("europe-west4", "chat", healthy=False),))]}
    with pytest.raises(DrainRefused):
        await begin(bench)


async def test_twice_the_same_is_told(bench: Bench) -> None:
    await begin(bench)
    with pytest.raises(Conflict, match="europe-west1 is drained already, or about to be"):
        await begin(bench)
    with pytest.raises(Conflict, match="europe-west4 is not drained"):
        await end(bench, "europe-west4")


async def test_names_and_times_that_make_no_sense_are_refused(bench: Bench) -> None:
    with pytest.raises(NotFound, match="did you mean us-central1"):
        await begin(bench, "us-central")
    for over in (-1.0, float("nan"), float("inf"), 1e6):
        with pytest.raises(InvalidInput):
            await begin(bench, over=over)


async def test_undoing_a_drain_gives_back_and_undoing_that_drains_again(bench: Bench) -> None:
    controller = Draining(bench)  # type: ignore[arg-type]
    decision = await begin(bench, over=0.0)
    await seconds(bench, 1)
    assert decision.undo is not None
    bench.clock.advance(1)
    undo = Decision(
        "regions.drain", "undo", "europe-west1", "taken back", action=decision.undo, undo=decision.action
    )
    await controller.actuate(undo.stamped("1", bench.clock.now()))
    assert (await seconds(bench, 20))[-1] == 0.0
    again = Decision(
        "regions.drain", "undo", "europe-west1", "taken back", action=decision.action, actor="anna"
    )
    await controller.actuate(again.stamped("2", bench.clock.now()))
    assert await seconds(bench, 1) == [1.0]


async def test_carrying_a_decision_out_twice_is_carrying_it_out_once(bench: Bench) -> None:
    decision = await begin(bench)
    await seconds(bench, 4)
    await Draining(bench).actuate(decision)  # type: ignore[arg-type]
    assert await seconds(bench, 1) == [0.62]
