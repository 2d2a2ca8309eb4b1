"""The check API at the edge: for apps, or parts of them, that are not behind it. It draws from the gateway's own buckets."""

from collections.abc import Iterator

from meridian.envoy.contribution import EdgeContext, Filter, Provider, Route, Slot
from meridian.envoy.identity import ISSUER, NO_KEYS, provider
from meridian.envoy.snapshot import Json
from meridian.envoy.turning import on
from meridian.envoy.types import JSON_TO_METADATA, typed

PATH = "/infrastructure/rate-limit/check"
HEADER = "meridian-check"
AUDIENCE = "meridian-check"
"""Of a token that may check limits: signed by the app's own issuer, or by Meridian."""
FIELDS = ("action", "user", "tier", "risk", "ip", "country", "region", "hits", "dry_run", "only")
READ = "read-body"


def filters() -> Iterator[Filter]:
    yield Filter(
        Slot.BODY, READ, reading("meridian.asked", {field: field for field in FIELDS}), disabled=True
    )


def reading(namespace: str, fields: dict[str, str]) -> Json:
    """Makes dynamic metadata of fields of a JSON body, whatever its content type says: an app may read it as JSON all the same.
    fields: name -> its path in the body, such as `user.name`."""
    rules = [
        {
            "selectors": [{"key": step} for step in path.split(".")],
            "on_present": {"metadata_namespace": namespace, "key": name},
        }
        for name, path in sorted(fields.items())
    ]
    anything = {"allow_empty_content_type": True, "allow_content_types_regex": {"regex": ".*"}}
    return typed(JSON_TO_METADATA, request_rules={"rules": rules, **anything})


def routes() -> Iterator[Route]:
    about = {"meridian": {"feature": "infrastructure", "service": "edge"}, "stamp": {"check": True}}
    match = {"path": PATH, "headers": [{"name": ":method", "string_match": {"exact": "POST"}}]}
    config: Json = {
        "match": match,
        "metadata": {"filter_metadata": about},
        "typed_per_filter_config": {READ: on()},
        "direct_response": {"status": 200, "body": {"inline_string": "{}"}},
    }
    yield Route(config, order=1)


def providers(context: EdgeContext) -> tuple[Provider, ...]:
    claims = {"x-meridian-checker": "iss"}
    identity = context.config.identity
    issuers = {"app": identity.issuer, "meridian": ISSUER}
    return tuple(
        Provider(f"check-{kind}", provider(issuer, AUDIENCE, keys, claims, HEADER), required=False, path=PATH)
        for kind, issuer in issuers.items()
        if (keys := context.jwks.get(kind, NO_KEYS))["keys"]
    )
