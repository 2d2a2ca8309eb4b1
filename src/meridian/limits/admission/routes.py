"""Which request to admission is answered by what."""

from collections.abc import Callable
from dataclasses import dataclass

from meridian.envoy.snapshot import Json
from meridian.limits.admission import check, reply
from meridian.limits.admission.asked import Asked
from meridian.limits.admission.desk import Decided, Desk
from meridian.limits.admission.protocol import Send
from meridian.limits.answers import Problem


@dataclass(frozen=True, slots=True)
class Routes:
    """state: what `/state` answers."""

    desk: Desk
    state: Callable[[], Json]

    def handle(
        self, method: bytes, path: bytes, headers: dict[bytes, bytes], body: bytes, send: Send
    ) -> None:
        if path.startswith(b"/admit"):
            self.desk.admit(Asked(headers), lambda decided: send(_admitted(decided)))
            return
        where = path.partition(b"?")[0]
        if where == check.PATH and method == b"POST":
            self._check(body, send)
        elif where == b"/outcome" and method == b"POST":
            self._outcome(headers, send)
        elif where == b"/ready" and method in (b"GET", b"HEAD"):
            send(reply.OK)
        elif where == b"/state" and method in (b"GET", b"HEAD"):
            send(reply.found(self.state()))
        else:
            send(reply.wrong(404, "not-found", "There is nothing here", "See docs/limits.md."))

    def _outcome(self, headers: dict[bytes, bytes], send: Send) -> None:
        status = headers.get(b"x-meridian-status", b"")
        if not (status.isdigit() and len(status) == 3):
            detail = "Send the app's status in x-meridian-status."
            send(reply.wrong(400, "bad-request", "The outcome cannot be understood", detail))
            return
        self.desk.outcome(Asked(headers), int(status))
        send(reply.NO_CONTENT)

    def _check(self, body: bytes, send: Send) -> None:
        try:
            asked = check.parse(body)
        except ValueError as error:
            send(reply.wrong(400, "bad-request", "The check cannot be understood", f"{error}."))
            return
        self.desk.check(asked, lambda found: send(_checked(found)))


def _admitted(decided: Decided) -> bytes:
    if decided.problem is not None:
        return reply.refused(decided.problem)
    return reply.go_on(decided.exact) if decided.exact else reply.OK


def _checked(found: Json | Problem) -> bytes:
    return reply.refused(found) if isinstance(found, Problem) else reply.found(found)
