import asyncio
from typing import Any

import jwt
import pytest

from meridian.core.clock import FakeClock
from meridian.core.errors import Unavailable
from meridian.store.database import Database
from meridian.store.keys import GRACE, KeyRing
from meridian.store.migrations import OWN, migrate
from tests.support.postgres import Server

DAY = 86400.0
HOUR = 3600.0


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def ring(database: Database, clock: FakeClock) -> KeyRing:
    ring = KeyRing(database, clock)
    await ring.load()
    return ring


def verified(token: str, jwks: dict[str, Any]) -> dict[str, Any]:
    """The claims, by whichever of the published keys the token names. Raises KeyError when it is none of
    them."""
    keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(jwks).keys}
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims: dict[str, Any] = jwt.decode(
        token, key, algorithms=["ES256"], options={"verify_exp": False, "verify_iat": False}
    )
    return claims


def signed(ring: KeyRing, clock: FakeClock, user: str = "u1") -> str:
    return ring.sign({"sub": user, "exp": int(clock.now().timestamp() + HOUR)})


async def test_a_signature_is_verified_by_what_is_published(ring: KeyRing, clock: FakeClock) -> None:
    now = int(clock.now().timestamp())

    assert verified(signed(ring, clock), ring.jwks()) == {"sub": "u1", "iat": now, "exp": now + 3600}


async def test_only_public_halves_are_published_in_an_order_of_their_own(
    ring: KeyRing, database: Database
) -> None:
    published = ring.jwks()["keys"]

    assert len(published) == 2
    assert all(set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"} for key in published)
    assert [key["kid"] for key in published] == sorted(key["kid"] for key in published)
    other = KeyRing(database, FakeClock())
    await other.load()
    assert other.jwks() == ring.jwks()


async def test_replicas_that_start_together_agree_on_the_keys(database: Database, clock: FakeClock) -> None:
    rings = [KeyRing(database, clock) for _ in range(6)]

    await asyncio.gather(*(ring.load() for ring in rings))
    for ring in rings:
        await ring.load()

    assert len({str(ring.jwks()) for ring in rings}) == 1
    assert len(rings[0].jwks()["keys"]) == 2


async def test_a_rotation_logs_nobody_out(ring: KeyRing, clock: FakeClock, database: Database) -> None:
    before = ring.jwks()
    old = signed(ring, clock)
    clock.advance(DAY)

    assert await ring.rotate_if_due(DAY, HOUR)

    new = signed(ring, clock)
    assert jwt.get_unverified_header(new)["kid"] != jwt.get_unverified_header(old)["kid"]
    assert verified(new, before), "who has only the older list knows the new key already"
    assert verified(old, ring.jwks()), "an older token is still good"
    assert len(ring.jwks()["keys"]) == 3


async def test_nothing_happens_before_it_is_due(ring: KeyRing, clock: FakeClock) -> None:
    before = ring.jwks()
    clock.advance(DAY - 1)

    assert not await ring.rotate_if_due(DAY, HOUR)
    assert ring.jwks() == before


async def test_a_key_signs_only_once_it_has_been_published_for_a_while(
    ring: KeyRing, clock: FakeClock
) -> None:
    before = signed(ring, clock)
    clock.advance(59)
    assert not await ring.rotate_if_due(1.0, HOUR)
    clock.advance(1)
    assert await ring.rotate_if_due(1.0, HOUR)
    assert jwt.get_unverified_header(signed(ring, clock))["kid"] != jwt.get_unverified_header(before)["kid"]


async def test_a_key_is_forgotten_once_none_of_its_tokens_can_be_valid(
    ring: KeyRing, clock: FakeClock
) -> None:
    old = signed(ring, clock)
    clock.advance(DAY)
    await ring.rotate_if_due(DAY, HOUR)
    clock.advance(HOUR + GRACE)
    await ring.rotate_if_due(DAY, HOUR)
    assert verified(old, ring.jwks())

    clock.advance(1)

    assert await ring.rotate_if_due(DAY, HOUR)
    with pytest.raises(KeyError):
        verified(old, ring.jwks())
    assert len(ring.jwks()["keys"]) == 2


async def test_replicas_rotate_once(ring: KeyRing, clock: FakeClock, database: Database) -> None:
    others = [KeyRing(database, clock) for _ in range(4)]
    clock.advance(DAY)

    await asyncio.gather(*(other.rotate_if_due(DAY, HOUR) for other in [ring, *others]))

    assert len({str(other.jwks()) for other in [ring, *others]}) == 1
    assert len(ring.jwks()["keys"]) == 3


async def test_a_clock_that_jumps_back_rotates_nothing_and_signing_goes_on(
    ring: KeyRing, clock: FakeClock
) -> None:
    before = ring.jwks()
    clock.jump(-365 * DAY)

    assert not await ring.rotate_if_due(DAY, HOUR)
    assert verified(signed(ring, clock), before)


async def test_a_token_that_never_expires_is_not_signed(ring: KeyRing) -> None:
    with pytest.raises(ValueError, match="the claim exp is missing"):
        ring.sign({"sub": "u1"})


async def test_signing_goes_on_while_postgresql_is_away(postgres: Server) -> None:
    clock = FakeClock()
    database = Database(postgres.url)
    await migrate(database, OWN)
    ring = KeyRing(database, clock)
    with pytest.raises(Unavailable, match="not loaded yet"):
        signed(ring, clock)
    await ring.load()
    postgres.kill()

    with pytest.raises(Unavailable, match="PostgreSQL does not answer"):
        await ring.rotate_if_due(DAY, HOUR)
    assert verified(signed(ring, clock), ring.jwks())
    await database.close()
