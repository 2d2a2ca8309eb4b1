"""Serves the operators' page at /infrastructure/monitoring. It holds no secrets, so it needs no token; everything that it shows
comes from the API, with the token of whoever looks."""

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from meridian.dashboard.files import ENCODINGS, INDEX, File, Files

HOME = "/infrastructure/monitoring"
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ASSETS = "assets/"
_FOREVER = "public, max-age=31536000, immutable"
_ASK = "no-cache"

_MISSING = b"""<!doctype html><html lang="en"><title>Meridian</title><h1>The dashboard is not built</h1>
<p>Control works; only this page is missing. Run <code>make setup</code> in the checkout: it says what it lacks.
The same numbers are at /infrastructure/dashboard.</p></html>
"""


def routes(files: Files | None = None) -> list[BaseRoute]:
    """files: of another folder than the package's own."""
    served = files or Files()

    def page(request: Request) -> Response:
        name = request.path_params.get("path", "")
        if name.startswith(_ASSETS):
            return _asset(served.get(name), request.headers)
        return _index(served.get(INDEX), request.headers)

    return [Route(HOME, page), Route(HOME + "/{path:path}", page)]


def _index(file: File | None, headers: Headers) -> Response:
    """The same page for every view: which one is shown is read from the address by the page itself."""
    if file is None:
        return Response(_MISSING, 503, {"retry-after": "30"}, "text/html")
    return _answer(file, headers, _ASK)


def _asset(file: File | None, headers: Headers) -> Response:
    if file is None:
        return Response("no such file in this build: load the page again\n", 404, media_type="text/plain")
    return _answer(file, headers, _FOREVER)


def _answer(file: File, headers: Headers, cache: str) -> Response:
    encoding = _encoding(headers.get("accept-encoding", ""), file)
    tag = f'"{file.tag}{"-" + encoding if encoding else ""}"'
    said = {
        "cache-control": cache,
        "content-security-policy": CONTENT_POLICY,
        "cross-origin-opener-policy": "same-origin",
        "etag": tag,
        "vary": "accept-encoding",
    }
    if tag in [given.strip().removeprefix("W/") for given in headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=said)
    if encoding:
        said["content-encoding"] = encoding
    return Response(file.bodies[encoding], headers=said, media_type=file.media_type)


def _encoding(accepted: str, file: File) -> str:
    """The best one that both sides know; "" for the file as it is."""
    known = {part.split(";")[0].strip(): part.replace(" ", "") for part in accepted.lower().split(",")}
    for encoding in ENCODINGS:
        if encoding in file.bodies and encoding in known and not known[encoding].endswith((";q=0", ";q=0.0")):
            return encoding
    return ""
