"""Who the app's user behind a request is.

A request that carries the edges' shared key came through an edge, which verified what it stamped. From
anyone else the stamps are ignored, and this process works everything out itself.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from meridian.api.address import client_address, parsed
from meridian.api.jwt import Expected, looks_like_jwt, verified
from meridian.config.schema.root import Config
from meridian.core.errors import Unauthenticated
from meridian.envoy.identity import HOME_AUDIENCE, HOME_HEADER, ISSUER
from meridian.feature import Caller
from meridian.geo.lookup import CountryLookup

EDGE_KEY = "x-meridian-edge-key"
MAX_STAMP = 2048
"""Characters. More than any id of a user has (see core.names), or one that is cut would be somebody else's."""


def through_edge(headers: Mapping[str, str], edge_key: str) -> bool:
    """Whether an edge forwarded the request. Compared in constant time; without a key of ours nobody is
    believed."""
    given = headers.get(EDGE_KEY, "")
    return bool(edge_key) and hmac.compare_digest(given.encode("utf-8", "replace"), edge_key.encode())


def address_of(headers: Mapping[str, str], peer: str, edge_key: str, config: Config | None) -> str:
    """The client's address, as far as it can be believed; empty when unknown."""
    if through_edge(headers, edge_key):
        stamped = parsed(headers.get("x-meridian-client", ""))
        return str(stamped) if stamped else ""
    if config is None:
        return str(parsed(peer) or "")
    return client_address(config.edge.client_address, peer, headers)


def bearer(headers: Mapping[str, str]) -> str:
    """The bearer token, or empty where there is none. Raises Unauthenticated for another scheme."""
    value = headers.get("authorization", "")
    if not value:
        return ""
    scheme, _, token = value.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated(
            "the Authorization header is not a bearer token", "send Authorization: Bearer TOKEN"
        )
    return token.strip()


@dataclass(frozen=True, slots=True)
class Identification:
    """What is needed to tell who calls. app: the app's public keys. ours: Meridian's, which sign home
    tokens."""

    config: Config
    countries: CountryLookup
    edge_key: str
    app: Mapping[str, Any]
    ours: Mapping[str, Any]

    def caller(self, headers: Mapping[str, str], peer: str) -> Caller:
        """Raises Unauthenticated when the app's token is forged, expired or for someone else; without one
        the caller is anonymous."""
        if through_edge(headers, self.edge_key):
            return self._stamped(headers)
        address = client_address(self.config.edge.client_address, peer, headers)
        claims = self._app_claims(headers)
        names = self.config.identity.claims
        user = _text(claims, names.user)
        return Caller(
            address=address,
            country=self.countries.country(address) if address else "",
            user=user,
            tier=_text(claims, names.tier),
            declared=_text(claims, names.country),
            home=self._home(headers, user),
        )

    def _stamped(self, headers: Mapping[str, str]) -> Caller:
        address = parsed(headers.get("x-meridian-client", ""))
        return Caller(
            address=str(address) if address else "",
            country=_stamp(headers, "country"),
            user=_stamp(headers, "user"),
            tier=_stamp(headers, "tier"),
            declared=_stamp(headers, "declared"),
            home=_stamp(headers, "home"),
        )

    def _app_claims(self, headers: Mapping[str, str]) -> Mapping[str, Any]:
        token = bearer(headers)
        if not token or not looks_like_jwt(token):
            return {}
        identity = self.config.identity
        return verified(token, Expected(identity.issuer, identity.audience, self.app))

    def _home(self, headers: Mapping[str, str], user: str) -> str:
        """The region of a home token, or empty. One that is not valid counts for nothing, as at the edges:
        an expired one must not keep anyone from getting its successor. Nor does one that was made for
        another user."""
        token = headers.get(HOME_HEADER, "")
        if not token:
            return ""
        try:
            claims = verified(token, Expected(ISSUER, HOME_AUDIENCE, self.ours))
        except Unauthenticated:
            return ""
        if user and _text(claims, "sub") != user:
            return ""
        region = _text(claims, "region")
        return region if region in self.config.regions else ""


def _stamp(headers: Mapping[str, str], name: str) -> str:
    return headers.get(f"x-meridian-{name}", "")[:MAX_STAMP]


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name, "")
    return value[:MAX_STAMP] if isinstance(value, str) else ""
