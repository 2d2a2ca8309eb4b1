"""Talks to control for the commands: finds its address and token, and turns failures into sentences.

The standard library's client is enough here and keeps `meridian` quick to start.
"""

import http.client
import json
import os
import socket
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from meridian.core.errors import MeridianError, Unauthenticated, Unavailable

TIMEOUT = 60.0
DEFAULT = "127.0.0.1:8080"


COMMANDS = {
    "list them with GET /infrastructure/overrides": "`meridian user show` tells a user's",
    "see GET /infrastructure/drains": "see `meridian region drains`",
    "list them with GET /infrastructure/limits/overrides": "list them with `meridian limits override list`",
    "list them with GET /infrastructure/limits/blocks": "list them with `meridian limits blocks`",
    "see `errors`": "",
}
"""What the API advises to whoever speaks HTTP -> the same to whoever types commands."""


class Refused(MeridianError):
    """Control answered with a problem. problem: its whole document (RFC 9457)."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(_sentence(status, problem))
        self.status = status
        self.problem = problem


def home_folder(given: str | Path | None = None) -> Path:
    """Where this machine's Meridian keeps its state: as given, else MERIDIAN_HOME, else `.meridian` here."""
    return Path(given or os.environ.get("MERIDIAN_HOME") or ".meridian")


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: Any


class Client:
    """home: the state folder. address and token: instead of those found there and in the environment."""

    def __init__(self, home: str | Path | None = None, *, address: str = "", token: str = "") -> None:
        self._home = home_folder(home)
        self.base = _base(address or os.environ.get("MERIDIAN_CONTROL") or _found(self._home) or DEFAULT)
        self._token = token or os.environ.get("MERIDIAN_TOKEN") or _read(self._home / "admin-token")

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        """The answer's JSON. query: parameters; those that are None or empty are left out.
        Raises Unavailable when control does not answer, and Refused when it refuses."""
        given = {name: value for name, value in (query or {}).items() if value not in (None, "")}
        return self.call("GET", f"{path}?{urllib.parse.urlencode(given)}" if given else path).body

    def post(self, path: str, body: Any = None) -> Any:
        return self.call("POST", path, body).body

    def delete(self, path: str) -> Any:
        return self.call("DELETE", path).body

    def call(self, method: str, path: str, body: Any = None, *, timeout: float = TIMEOUT) -> Answer:
        data = None if body is None else json.dumps(body).encode()
        headers = {} if data is None else {"content-type": "application/json"}
        answer = self._ask(method, path, data, headers, timeout)
        return Answer(answer.status, answer.headers, _json(answer.body))

    def download(self, path: str) -> bytes:
        """A file's content."""
        content: bytes = self._ask("GET", path, None, {}, TIMEOUT).body
        return content

    def upload(self, path: str, content: bytes) -> Any:
        """JSON that is compressed already. The answer's JSON."""
        headers = {"content-type": "application/json", "content-encoding": "gzip"}
        return _json(self._ask("PUT", path, content, headers, TIMEOUT).body)

    def _ask(
        self, method: str, path: str, data: bytes | None, headers: dict[str, str], timeout: float
    ) -> Answer:
        """The answer as bytes."""
        headers["accept"] = "application/json"
        if self._token:
            headers["authorization"] = f"Bearer {self._token}"
        request = urllib.request.Request(self.base + path, data, headers, method=method)  # noqa: S310
        try:
            # Never through a proxy of the environment: control is ours, and the token must not travel
            # elsewhere.
            with _OPENER.open(request, timeout=timeout) as answer:
                return Answer(answer.status, dict(answer.headers), answer.read())
        except urllib.error.HTTPError as error:
            with error:
                refused = Refused(error.code, _problem(error.read()))
            raise (self._nameless() if error.code == 401 and not self._token else refused) from None
        except TimeoutError:
            raise Unavailable(
                f"control at {self.base} did not answer within {timeout:g} s", "try again"
            ) from None
        except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as error:
            raise self._unreachable(error) from None

    def _unreachable(self, error: Exception) -> Unavailable:
        reason = getattr(error, "reason", error)
        if isinstance(reason, ConnectionRefusedError):
            what = f"control does not answer at {self.base}"
            if runs(self._home):
                return Unavailable(what, "`meridian status` says why")
            return Unavailable(
                f"{what}, and no world runs in {self._home}", f"start one with `meridian up`, or {_NAME_IT}"
            )
        return Unavailable(
            f"control cannot be reached at {self.base}: {reason}", "check MERIDIAN_CONTROL and the network"
        )

    def _nameless(self) -> Unauthenticated:
        """Control wants to know who asks, and there was no token to be found."""
        if runs(self._home):
            return Unauthenticated(f"there is no token in {self._home}", "give one in MERIDIAN_TOKEN")
        return Unauthenticated(
            f"no world runs in {self._home}, and control at {self.base} wants a token",
            f"{_NAME_IT}, or give a token in MERIDIAN_TOKEN",
        )


def runs(home: Path) -> bool:
    """Whether a world runs in this state folder: its supervisor listens."""
    from meridian.world.home import Home

    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(Home.seen(home).supervisor))
    except OSError:
        return False
    return True


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


_NAME_IT = "name the world's folder with --home or MERIDIAN_HOME"
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


def _base(address: str) -> str:
    return (address if "://" in address else f"http://{address}").rstrip("/")


def _found(home: Path) -> str:
    for name in ("state.json", "inventory.json"):
        try:
            raw = json.loads((home / name).read_text())
        except (OSError, ValueError):
            continue
        control = raw.get("control") if isinstance(raw, dict) else None
        if isinstance(control, dict):
            control = control.get("address")
        if isinstance(control, str) and control:
            return control
    return ""


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def _json(content: bytes) -> Any:
    return json.loads(content) if content else None


def _problem(content: bytes) -> Mapping[str, Any]:
    try:
        raw = json.loads(content)
    except ValueError:
        return {}
    return raw if isinstance(raw, dict) else {}


def _sentence(status: int, problem: Mapping[str, Any]) -> str:
    """What is wrong, what to do, and a line for each error."""
    detail = str(problem.get("detail") or f"control answered {status}")
    todo = _typed(str(problem.get("todo") or ""))
    errors = [entry for entry in problem.get("errors", ()) if isinstance(entry, dict)]
    return "\n  ".join([f"{detail}; {todo}" if todo else detail, *(_line(entry) for entry in errors)])


def _typed(advice: str) -> str:
    """Advice with commands in place of HTTP, where there are some."""
    return COMMANDS.get(advice, advice)


def _line(entry: Mapping[str, Any]) -> str:
    place = f"{entry['line']}:{entry['column']}" if entry.get("line") else ""
    where = [place, str(entry.get("path") or _field(entry.get("pointer")) or entry.get("parameter") or "")]
    todo = f"; {entry['todo']}" if entry.get("todo") else ""
    return ": ".join([part for part in where if part] + [f"{entry.get('detail', '')}{todo}"])


def _field(pointer: Any) -> str:
    """A JSON pointer (RFC 6901) as people write a field: "#/tests/0/from" is tests.0.from, and the whole body is nothing."""
    steps = str(pointer or "").removeprefix("#").split("/")[1:]
    return ".".join(step.replace("~1", "/").replace("~0", "~") for step in steps)
