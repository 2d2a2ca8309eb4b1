from tests.api.world import ADMIN, OPS

TOKENS = "/infrastructure/tokens"


async def test_a_token_works_from_when_it_is_made_until_it_is_revoked(world):
    made = await world.post(TOKENS, {"name": "olga", "role": "ops"})
    assert made.status_code == 201
    secret, id = made.json()["token"], made.json()["id"]
    assert (await world.get("/infrastructure/config", secret)).status_code == 200
    listed = await world.get(TOKENS, ADMIN)
    assert secret not in listed.text
    assert [(t["id"], t["name"], t["revoked_at"]) for t in listed.json()["tokens"]] == [(id, "olga", None)]
    gone = await world.client.delete(f"{TOKENS}/{id}", headers={"authorization": f"Bearer {ADMIN}"})
    assert gone.status_code == 204
    assert (await world.get("/infrastructure/config", secret)).status_code == 401
    decisions = (await world.get("/infrastructure/decisions?controller=operator")).json()["decisions"]
    sentences = [decision["sentence"] for decision in decisions]
    assert sentences[:2] == ["anna revoked the ops token olga", "anna made the ops token olga"]
    assert secret not in str(decisions)


async def test_an_edges_token_is_for_one_region(world):
    made = await world.post(TOKENS, {"name": "edge-US-2", "role": "edge", "region": "US"})
    secret = made.json()["token"]
    assert (await world.get("/edge/v1/US/snapshot", secret)).status_code == 200
    assert (await world.get("/edge/v1/EU/snapshot", secret)).status_code == 403
    unknown = await world.post(TOKENS, {"name": "x", "role": "edge", "region": "MARS"})
    assert unknown.status_code == 422
    assert "no region is called MARS" in unknown.json()["detail"]


SENSELESS = [
    {"name": "x", "role": "user"},
    {"name": "x", "role": "edge"},
    {"name": "x", "role": "ops", "region": "EU"},
    {"name": "x", "role": "root"},
    {"name": "a\nb", "role": "ops"},
    {"name": "", "role": "ops"},
    {"name": "x", "role": "ops", "days": 0},
    {"name": "x", "role": "ops", "days": "7"},
    {"name": "x", "role": "ops", "days": True},
    {"name": "x", "role": "ops", "dasy": 7},
]


async def test_a_token_that_makes_no_sense_is_refused(world):
    for body in SENSELESS:
        assert (await world.post(TOKENS, body, OPS)).status_code == 403, body
        assert (await world.post(TOKENS, body)).status_code == 422, body


async def test_a_name_is_given_once_and_an_unknown_token_cannot_be_revoked(world):
    assert (await world.post(TOKENS, {"name": "olga", "role": "ops"})).status_code == 201
    assert (await world.post(TOKENS, {"name": "olga", "role": "ops"})).status_code == 409
    headers = {"authorization": f"Bearer {ADMIN}"}
    assert (await world.client.delete(f"{TOKENS}/unknown", headers=headers)).status_code == 404
