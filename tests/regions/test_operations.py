"""What operators decide about single users: journalled, compiled, undone, expired."""

from datetime import timedelta

import pytest

from meridian.core.decision import Decision
from meridian.core.errors import Conflict, InvalidInput, NotFound
from meridian.core.runner import Runner
from meridian.feature import Caller
from meridian.regions.homes.controller import Placing
from meridian.regions.homes.store import Homes, Overrides
from meridian.regions.latency.store import Measurements, Sample
from meridian.regions.operations import (
    assign_user_region,
    check_region_health,
    get_optimal_region_config,
    set_user_region_override,
)
from tests.regions.bench import Bench, report, seen


async def place(bench: Bench, region: str | None, lasting: float = 0.0) -> Decision:
    expires = bench.clock.now() + timedelta(seconds=lasting) if lasting else None
    return await set_user_region_override(bench, "u1", region, "anna", "vip", expires)  # type: ignore[arg-type]


async def undo(bench: Bench, decision: Decision) -> None:
    """As control undoes a decision."""
    assert decision.undo is not None
    made = Decision(decision.undo["controller"], "undo", decision.subject, "taken back", action=decision.undo)
    await Placing(bench).actuate(made.stamped("1", bench.clock.now()))  # type: ignore[arg-type]


async def test_an_override_is_compiled_when_the_call_returns_and_journalled_with_who_and_why(
    bench: Bench,
) -> None:
    decision = await place(bench, "APAC")
    assert bench.loaded.overrides == {"u1": "APAC"}
    assert (decision.sentence, decision.actor, decision.reason) == (
        "anna placed u1 in APAC: vip",
        "anna",
        "vip",
    )
    await place(bench, None)
    assert bench.loaded.overrides == {}
    assert bench.sentences()[-1] == "anna cleared the override of u1 to APAC: vip"


async def test_undoing_an_override_puts_back_what_was_before(bench: Bench) -> None:
    first = await place(bench, "APAC")
    second = await place(bench, "US")
    await undo(bench, second)
    assert bench.loaded.overrides == {"u1": "APAC"}
    await undo(bench, first)
    assert bench.loaded.overrides == {}


async def test_an_override_expires_by_itself_within_a_second_and_says_so(bench: Bench) -> None:
    await place(bench, "APAC", lasting=60.0)
    controller = Placing(bench)  # type: ignore[arg-type]
    runner = Runner([controller], bench.journal, bench.clock, bench.config)
    bench.clock.advance(59)
    await runner.cycle(controller)
    assert bench.loaded.overrides == {"u1": "APAC"}
    bench.clock.advance(1)
    await runner.cycle(controller)
    assert bench.loaded.overrides == {}
    assert bench.sentences()[-1] == "the override of u1 to APAC has expired, as anna wished"
    await runner.cycle(controller)
    assert len(bench.journal.entries) == 2
    [last] = [d for d in bench.journal.entries.values() if d.kind == "override-expired"]
    assert [d.sentence for d in controller.replay(bench.policy, last.evidence)] == [last.sentence]


async def test_an_override_that_has_expired_is_not_brought_back_by_an_undo(bench: Bench) -> None:
    await place(bench, "APAC", lasting=60.0)
    second = await place(bench, "US")
    bench.clock.advance(61)
    with pytest.raises(InvalidInput, match="would have expired"):
        await undo(bench, second)


async def test_what_cannot_be_is_refused_before_anything_is_written(bench: Bench) -> None:
    with pytest.raises(NotFound, match="did you mean APAC"):
        await place(bench, "APCA")
    with pytest.raises(Conflict, match="u1 has no override"):
        await place(bench, None)
    with pytest.raises(InvalidInput, match="already"):
        await place(bench, "EU", lasting=-1)
    with pytest.raises(InvalidInput, match="256 characters"):
        await assign_user_region(bench, "u" * 257, "EU", "anna", "x")  # type: ignore[arg-type]
    assert bench.sentences() == []


async def test_an_assigned_home_is_stored_and_its_undo_forgets_or_restores_it(bench: Bench) -> None:
    first = await assign_user_region(bench, "u1", "US", "anna", "moved")  # type: ignore[arg-type]
    second = await assign_user_region(bench, "u1", "EU", "anna", "moved back")  # type: ignore[arg-type]
    assert second.sentence == "anna assigned u1 to EU instead of US: moved back"
    await undo(bench, second)
    found = await Homes(bench.database).get("u1")
    assert found is not None
    assert (found.region, found.decided_by) == ("US", "anna")
    await undo(bench, first)
    assert await Homes(bench.database).get("u1") is None


async def test_a_region_that_was_taken_out_of_the_configuration_is_not_compiled(bench: Bench) -> None:
    await place(bench, "APAC")
    regions = {name: each.model_dump() for name, each in bench.policy.regions.items() if name != "APAC"}
    bench.policy = bench.policy.model_copy(update={"regions": {n: bench.policy.regions[n] for n in regions}})
    await bench.recompile()
    assert bench.loaded.overrides == {}
    assert await Overrides(bench.database).get("u1", bench.clock.now()) is not None


async def test_the_optimal_region_follows_the_caller_s_own_network(bench: Bench) -> None:
    samples = [Sample("EU", 120.0), Sample("US", 20.0)] * 30
    await Measurements(bench.database).add(samples, "", "81.2.69.0/24", bench.clock.now())
    near = Caller(address="81.2.69.142", country="GB")
    found = await get_optimal_region_config(bench, near, "ai")  # type: ignore[arg-type]
    assert found.region == "US"
    other = await get_optimal_region_config(bench, Caller(address="81.2.70.1", country="GB"), "ai")  # type: ignore[arg-type]
    assert other.region == "EU"


async def test_region_health_is_asked_of_the_last_reports(bench: Bench) -> None:
    bench.heard = {"EU": [report("EU", health=(seen("europe-west1", "chat"),))]}
    assert check_region_health(bench, "EU").status == "healthy"  # type: ignore[arg-type]
    assert check_region_health(bench, "US").status == "unknown"  # type: ignore[arg-type]
