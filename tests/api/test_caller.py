"""Who the app's user behind a request is: stamped by an edge, or worked out here; never by the client's own word."""

import time

from meridian.api.caller import EDGE_KEY as EDGE_KEY_HEADER
from meridian.envoy.identity import HOME_AUDIENCE, ISSUER
from tests.api.keys import OTHER, token
from tests.api.world import EDGE_KEY, bearer

STAMPS = {
    "x-meridian-user": "vip",
    "x-meridian-tier": "vip",
    "x-meridian-country": "FR",
    "x-meridian-client": "81.2.69.142",
    "x-meridian-declared": "DE",
    "x-meridian-home": "US",
}
NOBODY = {"address": "192.0.2.7", "country": "", "user": "", "tier": "", "declared": "", "home": ""}


async def ask(world, headers):
    answer = await world.client.get("/sample/caller", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def home_token(world, **claims):
    all_claims = {
        "iss": ISSUER,
        "aud": HOME_AUDIENCE,
        "sub": "u1",
        "region": "US",
        "exp": int(time.time()) + 60,
    }
    return world.control.keys.sign({**all_claims, **claims})


async def test_what_an_edge_stamped_is_believed(world):
    found = await ask(world, {**STAMPS, EDGE_KEY_HEADER: EDGE_KEY})
    assert found == {
        "address": "81.2.69.142",
        "country": "FR",
        "user": "vip",
        "tier": "vip",
        "declared": "DE",
        "home": "US",
    }


async def test_stamps_of_anyone_else_are_ignored(world):
    for key in (None, "", "wrong", EDGE_KEY + "x", EDGE_KEY.upper()):
        headers = {**STAMPS, **({EDGE_KEY_HEADER: key} if key is not None else {})}
        assert await ask(world, headers) == NOBODY


async def test_without_a_key_of_ours_an_empty_one_opens_nothing(world):
    object.__setattr__(world.control.settings, "edge_key", "")
    assert await ask(world, {**STAMPS, EDGE_KEY_HEADER: ""}) == NOBODY


async def test_the_apps_token_is_read_here_when_no_edge_was_in_between(world):
    found = await ask(world, bearer(token(tier="premium", country="DE")))
    assert (found["user"], found["tier"], found["declared"]) == ("u1", "premium", "DE")


async def test_claims_of_another_kind_count_as_absent(world):
    assert (await ask(world, bearer(token(tier=["vip"], country=7))))["tier"] == ""


async def test_a_forged_token_is_refused_and_a_missing_one_is_anonymous(world):
    assert await ask(world, {}) == NOBODY
    for forged in (token(OTHER), token(aud="x"), token(exp=1), "eyJ.eyJ.x"):
        answer = await world.client.get("/sample/caller", headers=bearer(forged))
        assert answer.status_code == 401
        assert answer.json()["type"].endswith("unauthenticated")


async def test_a_home_token_is_honoured_for_the_user_it_was_made_for(world):
    mine = {"meridian-home": home_token(world)}
    assert (await ask(world, {**mine, **bearer(token())}))["home"] == "US"
    assert (await ask(world, mine))["home"] == "US"
    assert (await ask(world, {**mine, **bearer(token(sub="u2"))}))["home"] == ""


async def test_a_home_token_that_is_not_valid_counts_for_nothing_and_locks_nobody_out(world):
    for bad in (
        home_token(world, exp=1),
        home_token(world, aud="meridian-explain"),
        home_token(world, region="MARS"),
        home_token(world, region=None),
        token(OTHER),
        "nonsense",
    ):
        assert (await ask(world, {"meridian-home": bad}))["home"] == ""
