"""The published description: every operation says how it fails, and each failure is a problem (RFC 9457)."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from meridian.api.parameters import PREFIX

PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "What sort of problem; a page about it.",
        },
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong, as a sentence."},
        "todo": {"type": "string", "description": "What to do about it."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "Where in the body (RFC 6901)."},
                    "parameter": {"type": "string"},
                    "in": {"type": "string"},
                    "line": {"type": "integer", "description": "In a configuration's text, from 1."},
                    "column": {"type": "integer"},
                    "path": {
                        "type": "string",
                        "description": "In a configuration, as regions.EU.locations[0].",
                    },
                    "detail": {"type": "string"},
                    "todo": {"type": "string"},
                },
            },
        },
    },
}
_ALWAYS = {
    "400": ("the body is not JSON", "bad-json", "Bad Request"),
    "413": ("the body is larger than 1048576 bytes", "too-large", "Content Too Large"),
    "415": ("only JSON is taken", "unsupported-type", "Unsupported Media Type"),
    "422": ("1 field is not acceptable", "invalid-input", "Unprocessable Content"),
}
_SECURED = {
    "401": ("no token was given", "unauthenticated", "Unauthorized"),
    "403": ("the role ops may not do this", "forbidden", "Forbidden"),
    "429": ("too many failed authentications from this address", "too-many-attempts", "Too Many Requests"),
    "503": ("PostgreSQL does not answer", "unavailable", "Service Unavailable"),
}
_METHODS = ("get", "put", "post", "delete", "patch")


def install(app: FastAPI) -> None:
    made: dict[str, Any] = {}

    def described() -> dict[str, Any]:
        if not made:
            made.update(document(app))
        return made

    app.openapi = described  # type: ignore[method-assign]


def document(app: FastAPI) -> dict[str, Any]:
    """The same for the same program: it holds no address and no time."""
    raw = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
    schemas = raw.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = PROBLEM
    for path, operations in raw["paths"].items():
        for method in _METHODS:
            if method in operations:
                _describe(path, operations[method])
    return raw


def _describe(path: str, operation: dict[str, Any]) -> None:
    responses = operation.setdefault("responses", {})
    takes = operation.get("parameters") or path.startswith(PREFIX)
    failures = {"422": _ALWAYS["422"]} if takes else {}
    if "requestBody" in operation:
        failures |= _ALWAYS
    if operation.get("security"):
        failures |= _SECURED
    responses.pop("422", None)
    for status, (detail, kind, title) in sorted(failures.items()):
        if status in responses:
            continue
        example = {"type": f"/docs/problems#{kind}", "title": title, "status": int(status), "detail": detail}
        responses[status] = {
            "description": title,
            "content": {
                "application/problem+json": {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "example": example,
                }
            },
        }
