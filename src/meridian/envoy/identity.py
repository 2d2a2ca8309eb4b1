"""Who is asking, verified natively: the app's own tokens, Meridian's home tokens, and an operator's wish to see why.

A token of the app that is present must be valid, or the request gets 401. A home or explain token that is not valid is
ignored: an expired one must not lock anyone out.
"""

from collections.abc import Mapping, Sequence
from importlib.resources import files

from meridian.envoy.contribution import Contribution, EdgeContext, Filter, LuaPart, Provider, Slot
from meridian.envoy.snapshot import Json, canonical
from meridian.envoy.types import JWT, typed

ISSUER = "meridian"
HOME_HEADER = "meridian-home"
EXPLAIN_HEADER = "meridian-explain"
HOME_AUDIENCE = "meridian-home"
EXPLAIN_AUDIENCE = "meridian-explain"
BEARER = [{"name": "authorization", "value_prefix": prefix} for prefix in ("Bearer ", "bearer ", "BEARER ")]
"""Only there: by default Envoy takes a token from the query as well, where it ends up in other people's logs."""
HOME_CLAIMS = {"x-meridian-home-user": "sub", "x-meridian-home": "region", "x-meridian-home-tier": "tier"}
INTERNAL = ("x-meridian-app", "x-meridian-explain", "x-meridian-home-user", "x-meridian-home-tier")
"""Headers that only the stamp needs; removed before a request leaves the edge."""
NO_KEYS: Json = {"keys": []}
"""An issuer without keys has issued nothing that could be verified; Envoy refuses to be told of one, so it is left out."""


def contribution(context: EdgeContext) -> Contribution:
    """The token issuers every edge knows, and the first part of its stamp."""
    identity = context.config.identity
    providers = []
    own = context.jwks.get("meridian", NO_KEYS)
    if own["keys"]:
        home = provider(ISSUER, HOME_AUDIENCE, own, HOME_CLAIMS, HOME_HEADER)
        explain = provider(ISSUER, EXPLAIN_AUDIENCE, own, {"x-meridian-explain": "iss"}, EXPLAIN_HEADER)
        providers += [Provider("home", home, required=False), Provider("explain", explain, required=False)]
    app = context.jwks.get("app", NO_KEYS)
    if app["keys"]:
        claims = {
            "x-meridian-app": "iss",
            "x-meridian-user": identity.claims.user,
            "x-meridian-tier": identity.claims.tier,
            "x-meridian-declared": identity.claims.country,
        }
        accepted = provider(identity.issuer, identity.audience, app, claims)
        providers.append(Provider("app", accepted, required=True))
    code = files("meridian.envoy").joinpath("identity.lua").read_text()
    return Contribution(
        providers=tuple(providers), lua=(LuaPart("identity", code, {"here": context.region}, order=10),)
    )


def provider(issuer: str, audience: str, jwks: Json, claims: Mapping[str, str], header: str = "") -> Json:
    """claims: header -> the claim it gets. Envoy writes them natively; reading a token's payload in Lua costs several times as
    much. header: where the token stands, or empty for `authorization`."""
    return {
        "issuer": issuer,
        "audiences": [audience],
        "local_jwks": {"inline_string": canonical(jwks).decode()},
        "claim_to_headers": [{"header_name": name, "claim_name": claim} for name, claim in claims.items()],
        "from_headers": [{"name": header}] if header else BEARER,
        "forward": not header,
        "require_expiration": True,
        "clock_skew_seconds": 30,
        "jwt_cache_config": {"jwt_cache_size": 10_000},
    }


def jwt_filter(providers: tuple[Provider, ...]) -> Filter:
    """One `jwt_authn` filter for all issuers; a resource of its own, so that rotating a key drains no connection."""
    everywhere = [each for each in providers if not each.path]
    paths = sorted({each.path for each in providers if each.path})
    rules = [
        {"match": {"path": path}, "requires": _any_of([each for each in providers if each.path == path])}
        for path in paths
    ]
    if everywhere:
        rules.append({"match": {"prefix": "/"}, "requires": _each_of(everywhere)})
    config = typed(JWT, providers={each.name: each.config for each in providers}, rules=rules)
    return Filter(Slot.IDENTITY, "tokens", config, volatile=True)


def _each_of(providers: Sequence[Provider]) -> Json:
    required: list[Json] = []
    for provider in providers:
        otherwise: Json = {"allow_missing": {}} if provider.required else {"allow_missing_or_failed": {}}
        required.append({"requires_any": {"requirements": [{"provider_name": provider.name}, otherwise]}})
    return {"requires_all": {"requirements": required}} if len(required) > 1 else dict(*required)


def _any_of(providers: Sequence[Provider]) -> Json:
    """Whoever answers at the path sees by the claims that became headers whether there was a valid token."""
    named: list[Json] = [{"provider_name": provider.name} for provider in providers]
    return {"requires_any": {"requirements": [*named, {"allow_missing_or_failed": {}}]}}
