from datetime import timedelta
from typing import Any

import pytest

from meridian.core.clock import FakeClock
from meridian.core.errors import Conflict, InvalidInput, NotFound, Unavailable
from meridian.core.principal import Principal, Role
from meridian.store.database import Database
from meridian.store.migrations import OWN, migrate
from meridian.store.tokens import FRESH, Tokens, fingerprint
from tests.support.postgres import Server


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def tokens(database: Database, clock: FakeClock) -> Tokens:
    return Tokens(database, clock)


async def test_a_new_token_says_who_its_bearer_is(
    tokens: Tokens, database: Database, clock: FakeClock
) -> None:
    secret, token = await tokens.create("edge-eu", Role.EDGE, region="EU")

    assert await tokens.verify(secret) == Principal("edge-eu", Role.EDGE, "EU")
    assert await Tokens(database, clock).verify(secret) == token.principal
    assert await tokens.list() == [token]


async def test_the_secret_is_not_stored(tokens: Tokens, database: Database) -> None:
    secret, _ = await tokens.create("ci", Role.OPS)

    async with database.connection() as connection:
        cursor = await connection.execute("SELECT tokens::text AS row FROM tokens")
        [row] = await cursor.fetchall()
    assert fingerprint(secret) in row["row"]
    assert secret.removeprefix("mrd_") not in row["row"]


@pytest.mark.parametrize("wrong", ["", "mrd_", "mrd_" + "A" * 43, "x", "é\udcff", "mrd_\0"])
async def test_what_was_never_made_is_nobodys(tokens: Tokens, wrong: str) -> None:
    await tokens.create("ci", Role.OPS)

    assert await tokens.verify(wrong) is None


async def test_an_expired_token_is_refused(tokens: Tokens, clock: FakeClock) -> None:
    secret, _ = await tokens.create("ci", Role.OPS, lifetime=timedelta(hours=1))
    clock.advance(3599)
    assert await tokens.verify(secret)

    clock.advance(1)

    assert await tokens.verify(secret) is None


async def test_a_revoked_token_is_refused_here_at_once_and_elsewhere_soon(
    tokens: Tokens, database: Database, clock: FakeClock
) -> None:
    elsewhere = Tokens(database, clock)
    secret, token = await tokens.create("ci", Role.OPS)
    assert await elsewhere.verify(secret)

    revoked = await tokens.revoke(token.id)

    assert revoked.revoked_at == clock.now()
    assert await tokens.verify(secret) is None
    clock.advance(FRESH)
    assert await elsewhere.verify(secret) is None
    clock.advance(60)
    assert (await tokens.revoke(token.id)).revoked_at == revoked.revoked_at


async def test_a_token_made_elsewhere_a_moment_ago_works(
    tokens: Tokens, database: Database, clock: FakeClock
) -> None:
    first, _ = await tokens.create("first", Role.OPS)
    assert await tokens.verify(first)

    second, _ = await Tokens(database, clock).create("second", Role.ADMIN)

    assert await tokens.verify(second) == Principal("second", Role.ADMIN)


async def test_a_name_is_used_once_until_it_is_revoked(tokens: Tokens, clock: FakeClock) -> None:
    _, token = await tokens.create("ci", Role.OPS)
    with pytest.raises(Conflict, match="a token is already called ci"):
        await tokens.create("ci", Role.ADMIN)

    await tokens.revoke(token.id)
    clock.advance(1)

    await tokens.create("ci", Role.ADMIN)
    assert [known.role for known in await tokens.list()] == [Role.ADMIN, Role.OPS]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"name": "", "role": Role.OPS}, "1 to 100 printable"),
        ({"name": "a\nb", "role": Role.OPS}, "1 to 100 printable"),
        ({"name": "u1", "role": Role.USER}, "users of the app have the app's own tokens"),
        ({"name": "edge", "role": Role.EDGE}, "a region exactly when it is an edge's"),
        ({"name": "ops", "role": Role.OPS, "region": "EU"}, "a region exactly when it is an edge's"),
        ({"name": "ops", "role": Role.OPS, "lifetime": timedelta(0)}, "lifetime is positive"),
    ],
)
async def test_a_token_that_makes_no_sense_is_refused(tokens: Tokens, arguments: Any, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        await tokens.create(**arguments)


async def test_unknown_ids_are_not_found(tokens: Tokens) -> None:
    for id in ("nonsense", "01890a5d-ac96-774b-bcce-b302099a8057"):
        with pytest.raises(NotFound, match="no token has the id"):
            await tokens.revoke(id)


async def test_the_last_use_is_recorded(tokens: Tokens, database: Database, clock: FakeClock) -> None:
    secret, _ = await tokens.create("ci", Role.OPS)
    used = clock.now()
    await tokens.verify(secret)
    clock.advance(FRESH)
    await tokens.verify(secret)

    assert [token.last_used_at for token in await Tokens(database, clock).list()] == [used]


async def test_while_postgresql_is_away_known_tokens_work_and_unknown_ones_cannot_be_told(
    postgres: Server,
) -> None:
    clock = FakeClock()
    database = Database(postgres.url)
    await migrate(database, OWN)
    admin = Principal("local-admin", Role.ADMIN)
    tokens = Tokens(database, clock, {fingerprint("bootstrap"): admin})
    secret, token = await tokens.create("ci", Role.OPS, lifetime=timedelta(hours=1))
    await tokens.verify(secret)
    postgres.kill()

    clock.advance(60)
    assert await tokens.verify(secret) == token.principal
    assert await tokens.verify("bootstrap") == admin
    with pytest.raises(Unavailable, match="PostgreSQL does not answer"):
        await tokens.verify("mrd_" + "A" * 43)
    clock.advance(3600)
    with pytest.raises(Unavailable):
        await Tokens(database, clock).verify(secret)
    assert await tokens.verify(secret) is None
    await database.close()
