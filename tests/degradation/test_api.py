"""What operators see and order over HTTP, and what the rules do, over a real PostgreSQL."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from meridian.degradation.feature import FEATURE
from meridian.telemetry.kinds import GAUGE
from meridian.telemetry.live.ring import live_of
from tests.api.world import ADMIN, OPS, bearer
from tests.degradation.live import PATH, Live

NOW = datetime.now(UTC)


async def followed(live: Live, seconds: float, start: float = 0.0) -> list[str]:
    """Sentences of what the rules decide while so many seconds pass, from `start` on."""
    found = []
    for step in range(int(seconds / 10) + 1):
        found += [each.sentence for each in await live.follow(NOW + timedelta(seconds=start + 10 * step))]
    return found


async def test_all_is_normal_at_first(live: Live) -> None:
    found = await live.shown()
    assert (found["level"], found["name"], found["since"], found["automatic"]) == (0, "normal", None, True)
    assert found["why"] == "nothing was ever turned off"
    assert [each["turns_off"] for each in found["levels"]] == [
        [],
        ["ai", "media (POST)"],
        ["ai", "media (POST)", "media (50% of users)"],
        ["ai", "chat-search", "media"],
    ]
    assert "degraded" not in live.stamp()


async def test_an_order_is_on_every_edge_when_it_is_answered_and_can_be_undone(live: Live) -> None:
    done = (await live.order(2, "EU", "payments are slow")).json()
    assert done["sentence"] == "anna: EU to level 2 (reduced), from 0: payments are slow"
    assert done["degraded"] == ["EU"]
    assert '\\"level\\"' in live.stamp("US")
    assert "data.degraded" in live.stamp("US")
    found = await live.shown()
    assert (found["level"], found["name"], found["entered_by"]) == (2, "reduced", "anna")
    assert found["why"] == done["sentence"]
    assert await live.levels() == {"EU": 2, "US": 0, "APAC": 0}
    assert (await live.undo(done["decision"])).status_code == 200
    assert await live.levels() == {"EU": 0, "US": 0, "APAC": 0}
    assert "data.degraded" not in live.stamp("US")


async def test_everywhere_and_a_region_of_its_own(live: Live) -> None:
    await live.order(1)
    await live.order(3, "US")
    assert await live.levels() == {"EU": 1, "US": 3, "APAC": 1}
    shown = {each["region"]: each for each in (await live.shown())["regions"]}
    assert (shown["EU"]["everywhere"], shown["US"]["everywhere"]) == (True, False)
    await live.order(0)
    assert await live.levels() == {"EU": 0, "US": 3, "APAC": 0}


async def test_orders_that_make_no_sense_say_what_to_do(live: Live) -> None:
    unknown = await live.order(1, "Eu")
    assert (unknown.status_code, unknown.json()["todo"]) == (404, "did you mean EU?")
    assert (await live.order(4)).status_code == 422
    assert (await live.order(1, reason=" ")).status_code == 422
    assert (await live.order(1, token=OPS)).status_code == 403
    again = [await live.order(2, "EU") for _ in range(2)][1]
    assert (again.status_code, again.json()["detail"].split(";")[0]) == (
        409,
        "EU is at level 2 by hand already",
    )
    released = await live.order(None, "US")
    assert released.status_code == 409
    assert await live.levels() == {"EU": 2, "US": 0, "APAC": 0}


@pytest.mark.parametrize(
    ("body", "pointer", "said"),
    [
        ({"level": 2, "regoin": "EU"}, "#/regoin", "there is no such field; remove it"),
        ({"level": True}, "#/level", "this must be a whole number, written without quotes"),
        ({"level": "2"}, "#/level", "this must be a whole number, written without quotes"),
        ({"level": 2.0}, "#/level", "this must be a whole number, written without quotes"),
        ({"level": 1, "region": ["EU"]}, "#/region", "this must be text"),
    ],
)
async def test_a_slip_in_an_order_degrades_nobody(
    live: Live, body: dict[str, Any], pointer: str, said: str
) -> None:
    answer = await live.http.post(PATH, json={"reason": "a slip", **body}, headers=bearer(ADMIN))
    assert (answer.status_code, answer.json()["errors"]) == (422, [{"pointer": pointer, "detail": said}])
    assert await live.levels() == {"EU": 0, "US": 0, "APAC": 0}


async def test_a_rule_degrades_a_region_tells_why_and_lets_go_of_it(live: Live) -> None:
    live.metrics.errors = {"EU": 9.0, "US": 0.2}
    assert await followed(live, 20) == []
    assert await followed(live, 10, 30) == [
        "EU: level 1 (saving), from 0: failing: error_rate 9% > 5% for 30s"
    ]
    assert await live.levels() == {"EU": 1, "US": 0, "APAC": 0}
    [entry] = [each for each in await live.control.journal.recent() if each.kind == "level-raised"]
    again = await live.http.get(f"/infrastructure/decisions/{entry.id}/replay", headers=bearer(ADMIN))
    assert again.json()["matches"], again.text
    live.metrics.errors = {"EU": 0.5, "US": 0.2}
    assert await followed(live, 290, 50) == []
    assert await followed(live, 60, 350) == ["EU: level 0 (normal), from 1: no rule asked for more during 5m"]
    assert await live.levels() == {"EU": 0, "US": 0, "APAC": 0}


async def test_what_a_person_undoes_a_rule_does_again_only_after_its_time(live: Live) -> None:
    live.metrics.errors = {"EU": 9.0}
    await followed(live, 40)
    [entry] = [each for each in await live.control.journal.recent() if each.kind == "level-raised"]
    await live.undo(entry.id)
    assert await live.levels() == {"EU": 0, "US": 0, "APAC": 0}
    told = (datetime.now(UTC) - NOW).total_seconds()
    assert await followed(live, 20, max(50, told)) == []
    assert len(await followed(live, 20, max(50, told) + 30)) == 1


async def test_who_is_faster_than_a_rule_is_not_overruled(live: Live) -> None:
    live.metrics.errors = {"EU": 9.0}
    await followed(live, 20)
    seen = await live.rules.observe()
    await live.order(2, "EU")
    _, [late] = live.rules.decide(live.control.config(), live.clocks, seen, NOW + timedelta(seconds=40))
    await live.rules.actuate(late.stamped("late", NOW + timedelta(seconds=40)))
    [place] = [each for each in (await live.shown())["regions"] if each["region"] == "EU"]
    assert (place["level"], place["manual"], place["entered_by"]) == (2, 2, "anna")


async def test_a_level_that_is_left_to_the_rules_is_left_step_by_step(live: Live) -> None:
    await live.order(2, "EU")
    live.metrics.errors = {"EU": 0.1}
    assert await followed(live, 700) == []
    done = (await live.order(None, "EU", "it is over")).json()
    assert done["sentence"] == "anna leaves EU to the rules, from level 2 on: it is over"
    assert (await live.levels())["EU"] == 2
    steps = await followed(live, 700, 1000)
    assert [each.partition(",")[0] for each in steps] == ["EU: level 1 (saving)", "EU: level 0 (normal)"]


async def test_the_level_is_told_to_telemetry(live: Live) -> None:
    await live.order(3, "EU")
    await live.follow(NOW)
    now = live.control.clock.now().timestamp()
    cube = live_of(live.control).cubes(GAUGE, now - 30, now + 5, by=("name", "region"), where=None)
    told = {
        labels[1]: cell.sums[2] for labels, cell in cube.cells.items() if labels[0] == "degradation_level"
    }
    assert told == {"EU": 3.0, "US": 0.0, "APAC": 0.0}


async def test_edges_that_missed_a_change_get_it_with_the_next_cycle(live: Live) -> None:
    async with live.control.database.connection() as connection:
        await connection.execute(
            "INSERT INTO degradation_level VALUES ('EU', 1, NULL, now(), NULL, now(), 'by another process', 'meridian')"
        )
    assert "data.degraded" not in live.stamp()
    await live.follow(NOW)
    assert "data.degraded" in live.stamp()


async def test_the_rules_ask_what_the_real_metrics_can_answer(live: Live) -> None:
    [controller] = FEATURE.controllers(live.control)
    seen = await controller.observe()
    assert seen.values.keys() == {"failing", "broken"}
    _, decisions = controller.decide(live.control.config(), controller.initial(), seen, NOW)
    assert not decisions
