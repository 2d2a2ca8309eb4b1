"""Parameters that a route does not have, and those that are given twice."""

import pytest

REFUSED = [
    (
        "decisions?contorller=operator",
        "there is no query parameter 'contorller' here",
        "did you mean controller?",
    ),
    (
        "decisions?zzz=",
        "there is no query parameter 'zzz' here",
        "use one of before, controller, kind, limit, subject",
    ),
    ("config?version=1", "there is no query parameter 'version' here", "remove it; this takes none"),
    ("decisions?limit=1&limit=2", "the query parameter 'limit' is given 2 times", "give it once"),
]


@pytest.mark.parametrize(("asked", "detail", "todo"), REFUSED)
async def test_a_parameter_that_would_not_count_is_refused(world, asked, detail, todo):
    answer = await world.get(f"/infrastructure/{asked}")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert (answer.json()["detail"], answer.json()["todo"]) == (detail, todo)


async def test_each_declared_one_is_taken(world):
    answer = await world.get("/infrastructure/decisions?controller=operator&subject=&kind=&before=&limit=5")
    assert answer.status_code == 200


async def test_a_long_name_is_not_said_back_whole(world):
    assert len((await world.get(f"/infrastructure/config?{'x' * 5000}=1")).text) < 500


async def test_an_edge_may_be_ahead_of_control(world):
    answer = await world.get("/edge/v1/EU/snapshot?wait=0&later=1", "eu-secret")
    assert answer.status_code == 200
