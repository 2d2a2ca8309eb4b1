"""Answers that Envoy gives by itself, as problem+json (RFC 9457): what is wrong and what to do, nothing about the inside."""

from collections.abc import Sequence

from meridian.envoy.snapshot import Json
from meridian.envoy.types import CEL_FILTER, extension, typed

RETRY_AFTER = 5
"""Seconds. Two health-check intervals and the first steps of a return fit in it."""

_NEVER_REACHED = ["UH", "UF", "NC"]
_BROKEN_OFF = ["UC", "UR", "LR"]


def config(echoed: Sequence[str] = ()) -> Json:
    """A `LocalReplyConfig`: the first mapper that fits is used. echoed: request headers that a refusal by a limit repeats, for
    the stamp to say more about it."""
    limited = _status(429, "too-many-requests", "Too many requests", "Wait before the next one.", retry=True)
    limited["headers_to_add"] += [_header(name, f"%REQ({name})%") for name in echoed]
    return {
        "mappers": [
            _said(),
            _passed_on(),
            _not_admitted(),
            _control_away(),
            _other_audience(),
            _flags(["UO"], 503, *_OVERLOADED, retry=True),
            _flags(
                _BROKEN_OFF,
                502,
                "broken-off",
                "The service broke off before it answered",
                "What was asked may or may not have been done. Send an idempotency-key to have it tried again safely.",
            ),
            _flags(
                _NEVER_REACHED,
                503,
                "no-healthy-location",
                "No location that may serve this request is up",
                "It was not sent anywhere its data may not go. Try again later.",
                retry=True,
            ),
            _flags(
                ["NR"], 404, "no-such-feature", "No feature has this path", "Check the path and the method."
            ),
            _flags(["UT"], 504, "timeout", "The service did not answer in time", "Try again.", retry=True),
            _status(
                400,
                "bad-request",
                "The request cannot be understood",
                "Send HTTP with a well-formed path and headers.",
            ),
            _status(401, *_TOKEN),
            _status(403, "refused", "The request was refused", "What it asks for is not offered here."),
            _status(413, "too-large", "The request is too large", "Send a smaller body."),
            limited,
            _status(
                431,
                "headers-too-large",
                "The request's headers are too large",
                "Send fewer or shorter headers.",
            ),
            _status(503, *_OVERLOADED, retry=True),
        ],
        "body_format": _problem(
            "refused", "The request was refused", "What it asks for is not offered here."
        ),
    }


_OVERLOADED = ("overloaded", "The edge is overloaded", "Try again later.")
_TOKEN = ("invalid-token", "The token is not valid", "Sign in again, or send the request without a token.")


def _said() -> Json:
    """An answer that a route gives itself, such as "ready", stays as it is."""
    fine = {"op": "LE", "value": {"default_value": 399, "runtime_key": "meridian.local_reply.fine"}}
    body = {"text_format_source": {"inline_string": "%LOCAL_REPLY_BODY%"}}
    return {"filter": {"status_code_filter": {"comparison": fine}}, "body_format_override": body}


def _passed_on() -> Json:
    """What the stamp or admission answers is a problem document already."""
    body = {
        "text_format_source": {"inline_string": "%LOCAL_REPLY_BODY%"},
        "content_type": "application/problem+json",
    }
    answered = _details('response.code_details in ["lua_response", "ext_authz_denied"]')
    return {"filter": answered, "body_format_override": body}


def _not_admitted() -> Json:
    """Admission does not answer, and what is asked for must not happen uncounted."""
    title = "This cannot be counted now"
    detail = "It was refused, as it must not happen uncounted. Try again in a moment."
    silent = _details('response.code_details == "ext_authz_error"')
    return {"filter": silent, "status_code": 503} | _answer("not-counted", title, detail, retry=True)


def _details(expression: str) -> Json:
    """A filter on why Envoy answers by itself."""
    config = typed(CEL_FILTER, expression=expression)
    return {"extension_filter": extension("envoy.access_loggers.extension_filters.cel", config)}


def _control_away() -> Json:
    """Control is not on the request path: when it is away, only its own answers are."""
    path = {"header_filter": {"header": {"name": ":path", "string_match": {"prefix": "/infrastructure/"}}}}
    mapper: Json = {
        "filter": _all({"response_flag_filter": {"flags": [*_NEVER_REACHED, *_BROKEN_OFF, "UO"]}}, path),
        "status_code": 503,
    }
    title = "The control plane does not answer now"
    return mapper | _answer(
        "control-unavailable", title, "Requests are routed as before. Try again later.", retry=True
    )


def _other_audience() -> Json:
    """Envoy answers 403 to a token that is genuine but meant for somebody else; to its bearer it is as invalid as any."""
    refused = _details('response.code_details.startsWith("jwt_authn_access_denied")')
    return {"filter": refused, "status_code": 401} | _answer(*_TOKEN, retry=False)


def _all(*filters: Json) -> Json:
    return {"and_filter": {"filters": list(filters)}}


def _status_is(status: int) -> Json:
    comparison = {
        "op": "EQ",
        "value": {"default_value": status, "runtime_key": f"meridian.local_reply.{status}"},
    }
    return {"status_code_filter": {"comparison": comparison}}


def _flags(flags: list[str], status: int, kind: str, title: str, detail: str, retry: bool = False) -> Json:
    mapper: Json = {"filter": {"response_flag_filter": {"flags": flags}}, "status_code": status}
    return mapper | _answer(kind, title, detail, retry)


def _status(status: int, kind: str, title: str, detail: str, retry: bool = False) -> Json:
    return {"filter": _status_is(status)} | _answer(kind, title, detail, retry)


def _answer(kind: str, title: str, detail: str, retry: bool) -> Json:
    answer: Json = {"body_format_override": _problem(kind, title, detail)}
    if retry:
        answer["headers_to_add"] = [_header("retry-after", str(RETRY_AFTER))]
    return answer


def _header(name: str, value: str) -> Json:
    return {"header": {"key": name, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}


def _problem(kind: str, title: str, detail: str) -> Json:
    body: Json = {
        "type": f"/docs/problems#{kind}",
        "title": title,
        "status": "%RESPONSE_CODE%",
        "detail": detail,
    }
    return {"json_format": body, "content_type": "application/problem+json"}
