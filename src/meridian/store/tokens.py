"""Tokens with which operators and edges show who they are.

A token is 256 random bits, shown once and stored as its SHA-256. A slow, salted hash as for passwords would
add nothing: nobody guesses 256 bits, equal tokens do not occur, and control checks one at each request.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.errors import UniqueViolation

from meridian.core.clock import Clock
from meridian.core.errors import Conflict, InvalidInput, NotFound, Unavailable
from meridian.core.ids import new_id
from meridian.core.principal import Principal, Role
from meridian.store.database import Connection, Database

PREFIX = "mrd_"
"""So that people and secret scanners recognise one."""
FRESH = 2.0
"""Seconds for which the tokens in memory are taken as true: how long a revoked one may still work
elsewhere."""
USE_RECORDED_EVERY = timedelta(minutes=1)

_SELECT = "SELECT id, name, role, region, created_at, expires_at, revoked_at, last_used_at, hash FROM tokens "


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token, without the secret. region: for an edge, the only one it may ask for."""

    id: str
    name: str
    role: Role
    region: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    @property
    def principal(self) -> Principal:
        return Principal(self.name, self.role, self.region)


class Tokens:
    """All tokens that work are held in memory, so that they go on working while PostgreSQL is away.

    bootstrap: SHA-256 (hex) -> principal of tokens that work without PostgreSQL from the first second, and
    that only a restart revokes: those of the local world's operator and edges.
    """

    def __init__(
        self, database: Database, clock: Clock, bootstrap: Mapping[str, Principal] | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._bootstrap = dict(bootstrap or {})
        self._known: dict[str, Token] = {}
        self._tried_at: float | None = None
        self._away = False
        self._reading = asyncio.Lock()
        self._used: dict[str, datetime] = {}

    async def create(
        self, name: str, role: Role, *, region: str = "", lifetime: timedelta | None = None
    ) -> tuple[str, Token]:
        """A new token: the secret, which nothing can show again, and what is stored of it. It works at once.

        lifetime: None means until it is revoked. Raises InvalidInput, Conflict (a working token has the
        name), Unavailable.
        """
        _check(name, role, region, lifetime)
        secret = PREFIX + secrets.token_urlsafe(32)
        now = self._clock.now()
        expires = now + lifetime if lifetime else None
        token = Token(new_id(now), name, role, region, now, expires)
        row = (token.id, name, role.value, region, now, expires, fingerprint(secret))
        try:
            async with self._database.connection() as connection:
                await connection.execute(
                    "INSERT INTO tokens (id, name, role, region, created_at, expires_at, hash) "
                    "VALUES (%s, %s, %s, %s, %s, %s, %s)",
                    row,
                )
        except UniqueViolation:
            raise Conflict(
                f"a token is already called {name}", "choose another name, or revoke that one first"
            ) from None
        self._known[fingerprint(secret)] = token
        return secret, token

    async def revoke(self, id: str) -> Token:
        """Refuses it from now on: here at once, in other processes within two seconds. Revoking twice changes
        nothing.

        Raises NotFound, Unavailable.
        """
        key = _uuid(id)
        # Not while the tokens are being read: what was read before would bring it back.
        async with self._reading, self._database.connection() as connection:
            await connection.execute(
                "UPDATE tokens SET revoked_at = coalesce(revoked_at, %s) WHERE id = %s",
                (self._clock.now(), key),
            )
            cursor = await connection.execute(_SELECT + "WHERE id = %s", (key,))
            row = await cursor.fetchone()
            if row is None:
                raise _not_found(id)
            self._known.pop(row["hash"], None)
        return _token(row)

    async def list(self) -> list[Token]:
        """All that were ever made, the newest first. Raises Unavailable."""
        async with self._database.connection() as connection:
            cursor = await connection.execute(_SELECT + "ORDER BY id DESC")
            return [_token(row) for row in await cursor.fetchall()]

    async def verify(self, secret: str) -> Principal | None:
        """Who the token belongs to; None when it is unknown, expired or revoked.

        Raises Unavailable only for a token that was not known before PostgreSQL went away.
        """
        hashed = fingerprint(secret)
        if hashed in self._bootstrap:
            return self._bootstrap[hashed]
        if not secret.startswith(PREFIX):
            return None
        await self._read_if_stale()
        token = self._known.get(hashed) or await self._find(hashed)
        now = self._clock.now()
        if token is None or (token.expires_at and token.expires_at <= now):
            return None
        if token.last_used_at is None or now - token.last_used_at >= USE_RECORDED_EVERY:
            self._known[hashed] = replace(token, last_used_at=now)
            self._used[token.id] = now
        return token.principal

    async def _read_if_stale(self) -> None:
        """Takes over which tokens work. With PostgreSQL away, what was known before stays, and one caller at
        a time tries."""
        if self._away and self._reading.locked():
            return
        async with self._reading:
            if self._tried_at is not None and self._clock.monotonic() - self._tried_at < FRESH:
                return
            used = dict(self._used)
            try:
                async with self._database.connection() as connection:
                    await _record_use(connection, used)
                    known = await _working(connection, "")
            except Unavailable:
                self._away = True
                return
            finally:
                self._tried_at = self._clock.monotonic()
            self._away = False
            self._known = known
            self._used = {id: at for id, at in self._used.items() if used.get(id) != at}

    async def _find(self, hashed: str) -> Token | None:
        """One that another process may have made a moment ago."""
        async with self._database.connection() as connection:
            found = await _working(connection, hashed)
        self._known |= found
        return found.get(hashed)


def fingerprint(secret: str) -> str:
    """SHA-256 in hex, as stored and as in a bootstrap mapping."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


async def _working(connection: Connection, hashed: str) -> dict[str, Token]:
    """By hash; only the one asked for unless that is empty."""
    cursor = await connection.execute(
        _SELECT + "WHERE revoked_at IS NULL AND (%(hash)s = '' OR hash = %(hash)s)",
        {"hash": hashed},
    )
    return {row["hash"]: _token(row) for row in await cursor.fetchall()}


async def _record_use(connection: Connection, used: Mapping[str, datetime]) -> None:
    if not used:
        return
    async with connection.cursor() as cursor:
        await cursor.executemany(
            "UPDATE tokens SET last_used_at = greatest(last_used_at, %s) WHERE id = %s",
            [(at, id) for id, at in sorted(used.items())],
        )


def _check(name: str, role: Role, region: str, lifetime: timedelta | None) -> None:
    if not name or len(name) > 100 or not name.isprintable():
        raise InvalidInput("a token's name has 1 to 100 printable characters", "name it after who uses it")
    if role is Role.USER:
        raise InvalidInput("users of the app have the app's own tokens", "choose admin, ops, edge or app")
    if (role is Role.EDGE) != bool(region):
        raise InvalidInput(
            "a token has a region exactly when it is an edge's", "give --region with --role edge only"
        )
    if lifetime is not None and lifetime <= timedelta(0):
        raise InvalidInput(
            "a token's lifetime is positive", "leave it out for a token that works until it is revoked"
        )


def _token(row: dict[str, Any]) -> Token:
    fields = {name: value for name, value in row.items() if name != "hash"}
    return Token(**{**fields, "id": str(row["id"]), "role": Role(row["role"])})


def _uuid(id: str) -> UUID:
    try:
        return UUID(id)
    except ValueError:
        raise _not_found(id) from None


def _not_found(id: str) -> NotFound:
    return NotFound(f"no token has the id {id[:80]}", "list them with `meridian token list`")
