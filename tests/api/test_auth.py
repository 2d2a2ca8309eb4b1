"""Who may do what, and how guessing is slowed down."""

from meridian.api.caller import EDGE_KEY as EDGE_KEY_HEADER
from meridian.core.clock import FakeClock
from meridian.core.principal import Role
from tests.api.keys import OTHER, token
from tests.api.world import ADMIN, EDGE_KEY, EU, OPS, bearer

CONFIG = "/infrastructure/config"


USER = token(exp=2_000_000_000)
ALLOWED = [
    ("GET", CONFIG, {ADMIN, OPS}),
    ("GET", "/infrastructure/edges", {ADMIN, OPS}),
    ("GET", "/infrastructure/topology", {ADMIN, OPS}),
    ("GET", "/infrastructure/decisions", {ADMIN, OPS}),
    ("POST", f"{CONFIG}/plan", {ADMIN, OPS}),
    ("POST", CONFIG, {ADMIN}),
    ("POST", f"{CONFIG}/rollback", {ADMIN}),
    ("POST", "/infrastructure/decisions/019a0000-0000-7000-8000-000000000000/undo", {ADMIN}),
    ("POST", "/infrastructure/tokens", {ADMIN}),
    ("GET", "/infrastructure/tokens", {ADMIN}),
    ("DELETE", "/infrastructure/tokens/x", {ADMIN}),
    ("GET", "/edge/v1/EU/snapshot", {EU}),
    ("POST", "/edge/v1/EU/report", {EU}),
    ("GET", "/sample/me", {USER}),
]


async def test_each_role_may_do_what_is_its_own(world):
    for method, path, allowed in ALLOWED:
        for who in (ADMIN, OPS, EU, USER):
            answer = await world.client.request(method, path, headers=bearer(who))
            assert (answer.status_code == 403) is (who not in allowed), (method, path, who, answer.text)
        nobody = await world.client.request(method, path)
        assert nobody.status_code == 401
        assert nobody.headers["www-authenticate"].startswith("Bearer")


async def test_no_route_of_controls_own_is_open_but_health(world):
    document = (await world.client.get("/openapi.json")).json()
    for path, operations in document["paths"].items():
        for method in operations:
            answer = await world.client.request(
                method.upper(), path.format(region="EU", id="12345678", version=1)
            )
            if not path.startswith("/sample/"):
                open_to_all = path in ("/livez", "/readyz")
                assert (answer.status_code == 401) is not open_to_all, (method, path, answer.text)


async def test_no_other_credentials_are_taken(world):
    for value in (
        "Basic YTpi",
        "Bearer",
        "Bearer ",
        ADMIN,
        "bearer wrong",
        "Bearer mrd_x",
        "Bearer \xff",
        "Bearer a b",
    ):
        answer = await world.client.get(CONFIG, headers={"authorization": value.encode("latin-1")})
        assert answer.status_code == 401, value
        assert answer.headers["content-type"] == "application/problem+json"


async def test_guessing_is_slowed_down_by_address_and_the_known_go_on(world):
    clock = FakeClock()
    world.control.gate.attempts.clock = clock
    assert (await world.get(CONFIG)).status_code == 200
    answers = [(await world.get(CONFIG, f"guess-{n}")).status_code for n in range(12)]
    assert answers == [401] * 10 + [429] * 2
    refused = await world.get(CONFIG, ADMIN)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 7
    assert (await world.get(CONFIG, OPS)).status_code == 200
    other = {"x-meridian-client": "203.0.113.5", EDGE_KEY_HEADER: EDGE_KEY}
    assert (await world.get(CONFIG, ADMIN, headers=other)).status_code == 200
    clock.advance(60)
    assert (await world.get(CONFIG, ADMIN)).status_code == 200


async def test_a_forged_address_header_gives_no_fresh_guesses(world):
    for n in range(10):
        await world.get(CONFIG, f"guess-{n}", headers={"x-forwarded-for": f"203.0.113.{n}"})
    last = {"x-forwarded-for": "203.0.113.99", "x-meridian-client": "203.0.113.98", EDGE_KEY_HEADER: "guess"}
    assert (await world.get(CONFIG, "guess", headers=last)).status_code == 429


async def test_forged_tokens_of_the_app_count_as_guesses(world):
    answers = [(await world.get("/sample/me", token(OTHER))).status_code for _ in range(11)]
    assert answers == [401] * 10 + [429]


async def test_a_revoked_or_unknown_principal_is_none(world):
    secret, made = await world.control.tokens.create("temp", Role.OPS)
    assert (await world.get(CONFIG, secret)).status_code == 200
    await world.control.tokens.revoke(made.id)
    assert (await world.get(CONFIG, secret)).status_code == 401
