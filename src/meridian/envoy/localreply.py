"""Answers that Envoy gives by itself, as problem+json (RFC 9457): what is wrong and what to do, nothing about the inside."""

from meridian.envoy.snapshot import Json

RETRY_AFTER = 5
"""Seconds. Two health-check intervals and the first steps of a return fit in it."""

_NO_UPSTREAM = ["UH", "UF", "UO", "NC", "UC", "URX", "LR", "UR"]


def config() -> Json:
    """A `LocalReplyConfig`: the first mapper that fits is used."""
    return {
        "mappers": [
            _flags(
                _NO_UPSTREAM,
                503,
                "no-healthy-location",
                "No location that may serve this request is up",
                "It was not sent anywhere its data may not go. Try again later.",
                retry=True,
            ),
            _flags(["NR"], 404, "no-such-feature", "No feature has this path", "Check the path and the method."),
            _flags(["UT"], 504, "timeout", "The service did not answer in time", "Try again.", retry=True),
            _flags(["UAEX"], 403, "refused", "The request was refused", "See the documentation of this feature."),
            _status(401, "invalid-token", "The token is not valid", "Sign in again, or send the request without a token."),
            _status(403, "refused", "The request was refused", "See the documentation of this feature."),
            _status(413, "too-large", "The request is too large", "Send a smaller body."),
            _status(429, "too-many-requests", "Too many requests", "Wait before the next one.", retry=True),
            _status(431, "headers-too-large", "The request's headers are too large", "Send fewer or shorter headers."),
            _status(503, "overloaded", "The edge is overloaded", "Try again later.", retry=True),
        ],
        "body_format": _problem("refused", "%RESPONSE_CODE_DETAILS%", ""),
    }


def _flags(flags: list[str], status: int, kind: str, title: str, detail: str, retry: bool = False) -> Json:
    mapper: Json = {"filter": {"response_flag_filter": {"flags": flags}}, "status_code": status}
    return mapper | _answer(kind, title, detail, retry)


def _status(status: int, kind: str, title: str, detail: str, retry: bool = False) -> Json:
    comparison = {"op": "EQ", "value": {"default_value": status, "runtime_key": f"meridian.local_reply.{status}"}}
    mapper: Json = {"filter": {"status_code_filter": {"comparison": comparison}}}
    return mapper | _answer(kind, title, detail, retry)


def _answer(kind: str, title: str, detail: str, retry: bool) -> Json:
    answer: Json = {"body_format_override": _problem(kind, title, detail)}
    if retry:
        answer["headers_to_add"] = [
            {"header": {"key": "retry-after", "value": str(RETRY_AFTER)}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
        ]
    return answer


def _problem(kind: str, title: str, detail: str) -> Json:
    body: Json = {"type": f"/problems/{kind}", "title": title, "status": "%RESPONSE_CODE%"}
    if detail:
        body["detail"] = detail
    return {"json_format": body, "content_type": "application/problem+json"}
