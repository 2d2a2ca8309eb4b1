"""The journal over the API: paging, undoing, and deciding again."""

from meridian.core.decision import Decision
from tests.api.conftest import until
from tests.api.world import OPS

DECISIONS = "/infrastructure/decisions"


async def decided(world, count=1):
    """Waits until the lamp's controller has decided so often, and gives its decisions."""

    async def found():
        return (await world.get(f"{DECISIONS}?controller=lamp.follow")).json()["decisions"]

    await until(lambda: len(world.sample.lamp.done) >= count)
    return await found()


async def test_a_controllers_decision_is_journalled_and_carried_out(world):
    world.sample.lamp.switch = True
    [decision] = await decided(world)
    assert decision["sentence"] == "the switch is on"
    assert decision["undone_at"] is None
    assert world.sample.lamp.done == [{"turn": "on"}]
    one = await world.get(f"{DECISIONS}/{decision['id']}")
    assert one.json() == decision


async def test_deciding_again_from_the_evidence_gives_the_same(world):
    world.sample.lamp.switch = True
    [decision] = await decided(world)
    again = (await world.get(f"{DECISIONS}/{decision['id']}/replay")).json()
    assert again["matches"] is True
    assert again["decided"][0]["action"] == {"turn": "on"}


async def test_a_decision_that_comes_out_differently_is_told_apart(world):
    other = Decision("lamp.follow", "turn", "lamp", "the switch is on", {"switch": False}, {"turn": "on"})
    [stored] = await world.control.journal.write([other])
    again = (await world.get(f"{DECISIONS}/{stored.id}/replay")).json()
    assert again["matches"] is False
    assert again["sentence"] == "deciding again from its evidence gives another sentence, action, undo"


async def test_a_persons_decision_cannot_be_made_again(world):
    [first] = (await world.get(f"{DECISIONS}?kind=config-apply")).json()["decisions"]
    assert (await world.get(f"{DECISIONS}/{first['id']}/replay")).status_code == 409


async def test_a_decision_is_undone_once_by_its_own_actuator_and_journalled(world):
    world.sample.lamp.switch = True
    [decision] = await decided(world)
    path = f"{DECISIONS}/{decision['id']}/undo"
    undone = (await world.post(path, {"reason": "too bright"})).json()
    assert (undone["actor"], undone["reason"], undone["kind"]) == ("anna", "too bright", "undo")
    assert undone["evidence"] == {"undoes": decision["id"]}
    assert world.sample.lamp.done == [{"turn": "on"}, {"turn": "off"}]
    again = await world.post(path, {"reason": "again"})
    assert again.status_code == 409
    assert "anna already undid this" in again.json()["detail"]
    assert (await world.get(f"{DECISIONS}/{decision['id']}")).json()["undone_by"] == "anna"
    assert world.sample.lamp.done == [{"turn": "on"}, {"turn": "off"}]


async def test_a_persons_decision_is_undone_by_the_controller_that_its_undo_names(world):
    undo = {"controller": "lamp.follow", "turn": "dim"}
    [stored] = await world.control.journal.write([Decision("operator", "x", "lamp", "by hand", undo=undo)])
    answer = await world.post(f"{DECISIONS}/{stored.id}/undo", {"reason": "r"})
    assert answer.status_code == 200
    assert world.sample.lamp.done == [undo]


async def test_what_cannot_be_undone_says_so(world):
    [final] = await world.control.journal.write([Decision("lamp.follow", "x", "lamp", "final")])
    [alien] = await world.control.journal.write([Decision("gone.feature", "x", "y", "z", undo={"do": 1})])
    for id in (final.id, alien.id):
        assert (await world.post(f"{DECISIONS}/{id}/undo", {"reason": "r"})).status_code == 409
    unknown = "019a0000-0000-7000-8000-000000000000"
    assert (await world.post(f"{DECISIONS}/{unknown}/undo", {"reason": "r"})).status_code == 404
    assert world.sample.lamp.done == []


async def test_pages_follow_one_another_without_gap_or_overlap(world):
    made = [Decision("pages", "x", f"s{n % 2}", f"number {n}") for n in range(7)]
    await world.control.journal.write(made)
    seen, before = [], ""
    while True:
        query = {"controller": "pages", "limit": 3, "before": before}
        page = (await world.get(DECISIONS, OPS, params=query)).json()
        seen += [decision["sentence"] for decision in page["decisions"]]
        before = page["next"]
        if not before:
            break
    assert sorted(seen) == sorted(decision.sentence for decision in made)
    one = (await world.get(f"{DECISIONS}?controller=pages&subject=s1")).json()
    assert len(one["decisions"]) == 3
