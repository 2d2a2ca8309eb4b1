"""Through control itself: reports in, advice out."""

from typing import Any

from tests.api.world import EU, bearer
from tests.limits.live import Live
from tests.regions.live import until


async def report(live: Live, instance: str, **more: Any) -> dict[str, Any]:
    told = {"region": "EU", "instance": instance, "envoy": "live", **more}
    answer = await live.http.post("/edge/v1/EU/report", json=told, headers=bearer(EU))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_edges_are_told_their_part_with_the_answer_to_their_report(live: Live) -> None:
    assert await report(live, "eu-1") == {"acknowledged": [], "advice": {"limits": {"share": 1.0}}}
    assert (await report(live, "eu-2"))["advice"] == {"limits": {"share": 0.5}}
    held = {"limits": {"share": 0.8}}
    assert (await report(live, "eu-3", advice=held))["advice"] == {}
    shown = (await live.ops("GET", "edges")).json()
    europe = next(each for each in shown["regions"] if each["region"] == "EU")
    assert {each["instance"]: each["report"]["advice"] for each in europe["edges"]}["eu-3"] == held


async def test_an_adviser_that_fails_costs_no_report(live: Live) -> None:
    class Failing:
        name = "limits.failing"

        def advise(self, report: object) -> dict[str, Any]:
            raise ZeroDivisionError

    live.control.controllers = [Failing(), *live.control.controllers]  # type: ignore[list-item]
    assert (await report(live, "eu-1"))["advice"] == {"limits": {"share": 1.0}}
    await until(lambda: any(each.instance == "eu-1" for each in live.control.reports()["EU"]))
