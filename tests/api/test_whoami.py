from tests.api.world import ADMIN, EU, OPS


async def test_a_token_says_whose_it_is(world):
    told = [(await world.get("/infrastructure/whoami", token)).json() for token in (ADMIN, OPS, EU)]
    assert told == [
        {"name": "anna", "role": "admin", "region": ""},
        {"name": "otto", "role": "ops", "region": ""},
        {"name": "edge-EU", "role": "edge", "region": "EU"},
    ]


async def test_nobody_is_told_nothing(world):
    assert (await world.client.get("/infrastructure/whoami")).status_code == 401
    assert (await world.get("/infrastructure/whoami", "guessed")).status_code == 401


async def test_the_dashboard_is_beside_the_api(world):
    answer = await world.client.get("/infrastructure/monitoring")
    assert answer.status_code in (200, 503)
    assert answer.headers["content-type"].startswith("text/html")
