"""A step of a flow, ready to be sent: what stays the same is worked out once, what varies by the user or the flow each time."""

import json
import math
from collections.abc import Mapping

from meridian.loadtest.plan import Ask
from meridian.loadtest.scenario.chance import Stream
from meridian.loadtest.scenario.crowd import User
from meridian.loadtest.scenario.model import StepWritten
from meridian.loadtest.scenario.requests import IDEMPOTENT, fill, request_line, used

LONGEST_PAUSE = 5.0
"""Of what a pause is on average."""


class Client:
    """A user, and the headers that all their requests carry. typed: those of requests that have a body in JSON."""

    __slots__ = ("headers", "number", "typed", "user")

    def __init__(self, number: int, user: User, address_header: str, token: str) -> None:
        self.number = number
        self.user = user
        headers = [("user-agent", "meridian-load"), ("accept", "application/json")]
        if address_header and user.address:
            headers.append((address_header, user.address))
        if token:
            headers.append(("authorization", f"Bearer {token}"))
        self.headers = tuple(headers)
        self.typed = (*headers, ("content-type", "application/json"))


class Step:
    """place: in the plan's list."""

    __slots__ = (
        "_body",
        "_chance",
        "_headers",
        "_json",
        "_keyed",
        "_method",
        "_path",
        "_pauses",
        "_phase",
        "_static",
        "_variables",
        "place",
        "repeatable",
        "required",
        "share",
        "think",
        "varies",
    )

    def __init__(self, place: int, written: StepWritten, seed: int) -> None:
        line = request_line(written.request)
        self.place = place
        self.required = written.required
        self.share = written.share
        self.think = written.think
        self.varies = written.think_varies and written.think > 0
        self.repeatable = written.keyed or line.method in IDEMPOTENT
        self._keyed = written.keyed
        self._method, self._path = line.method, line.path
        self._json = not isinstance(written.body, str) or written.body.lstrip().startswith(("{", "["))
        self._body = written.body if isinstance(written.body, str) else json.dumps(written.body)
        self._headers = tuple((name.lower(), value) for name, value in written.headers.items())
        self._variables = used(self._path, self._body, *(value for _, value in self._headers))
        self._static = self._body.encode()
        self._phase = Stream(seed, f"share {place}")
        self._pauses = Stream(seed, f"think {place}")
        self._chance = Stream(seed, f"chance {place}")

    def taken(self, user: int, turn: int) -> bool:
        """Whether a user takes it in their flow number `turn`: evenly, from a beginning of their own."""
        if self.share >= 1:
            return True
        begin = self._phase.unit(user)
        return math.floor(begin + (turn + 1) * self.share) > math.floor(begin + turn * self.share)

    def pause(self, number: int) -> float:
        """Seconds of thought before it, in flow `number`."""
        if not self.varies:
            return self.think
        return self.think * min(LONGEST_PAUSE, -math.log1p(-self._pauses.unit(number)))

    def ask(self, number: int, client: Client) -> Ask:
        """The request of flow `number`."""
        user = client.user
        path, body, extra = self._path, self._static, self._headers
        if self._variables:
            values = self._values(number, user)
            path = fill(path, values)
            body = fill(self._body, values).encode()
            extra = tuple((name, fill(value, values)) for name, value in extra)
        headers = client.typed if self._json and body else client.headers
        if self._keyed:
            bits = self._chance.bits(number)
            headers = (*headers, *extra, ("idempotency-key", f"{bits:016x}-{number}"))
        elif extra:
            headers = (*headers, *extra)
        return Ask(
            number,
            self.place,
            user.origin,
            user.home,
            self._method,
            path,
            headers,
            body,
            self.repeatable,
            client,
        )

    def _values(self, number: int, user: User) -> Mapping[str, str]:
        bits = self._chance.bits(number)
        values = {"user": user.id or "nobody", "number": str(number), "country": user.country}
        values |= {"tier": user.tier or "none", "home": user.home, "random": str(bits % 1_000_000)}
        if "uuid" in self._variables:
            text = f"{bits:016x}{self._phase.bits(~number):016x}"
            values["uuid"] = f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:32]}"
        return values
