"""Who may do what: bearer tokens of operators and edges, checked against the store, and users by the app's
own token."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from fastapi import Request
from fastapi.security import HTTPBearer

from meridian.api.attempts import Attempts
from meridian.api.caller import bearer
from meridian.api.jwt import looks_like_jwt
from meridian.core.errors import Forbidden, Unauthenticated
from meridian.core.principal import Principal, Role
from meridian.feature import Caller

SCHEME = HTTPBearer(
    auto_error=False, description="A token of Meridian (`meridian token create`), or the app's own JWT."
)


class Tokens(Protocol):
    async def verify(self, token: str) -> Principal | None: ...


@dataclass(slots=True)
class Gate:
    """address: the client's address of a request, as far as it can be believed. caller: the app's user
    behind it."""

    tokens: Tokens
    attempts: Attempts
    address: Callable[[Request], str]
    caller: Callable[[Request], Caller]

    def requires(self, *roles: Role) -> Callable[[Request], Awaitable[Principal]]:
        allowed = {*roles, Role.ADMIN} if Role.OPS in roles else set(roles)

        async def principal(request: Request) -> Principal:
            who = await self.authenticate(request)
            if who.role not in allowed:
                needed = " or ".join(sorted(role.value for role in roles))
                raise Forbidden(
                    f"the role {who.role.value} may not do this", f"use a token with the role {needed}"
                )
            return who

        return principal

    async def authenticate(self, request: Request) -> Principal:
        """Raises Unauthenticated, or TooManyAttempts once this address has failed too often."""
        address = self.address(request)
        token = bearer(request.headers)
        if not token:
            return self._user(request, "no token was given")
        self.attempts.check(address, token)
        if looks_like_jwt(token):
            try:
                return self._user(request, "the token names no user")
            except Unauthenticated:
                self.attempts.failed(address)
                raise
        principal = await self.tokens.verify(token)
        if principal is None:
            self.attempts.failed(address)
            raise Unauthenticated(
                "this token is not known, has expired or was revoked", "ask an admin for another"
            )
        self.attempts.succeeded(token)
        return principal

    def _user(self, request: Request, otherwise: str) -> Principal:
        """A user of the app. An edge stamps who they are without passing a token on."""
        user = self.caller(request).user
        if not user:
            raise Unauthenticated(otherwise, "send Authorization: Bearer TOKEN")
        return Principal(user, Role.USER)
