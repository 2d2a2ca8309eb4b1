"""A step of a flow, ready to be sent: what stays the same is worked out once, what varies by the user or the flow each time."""

import json
import math
from collections.abc import Mapping, Sequence

from meridian.loadtest.plan import Ask
from meridian.loadtest.scenario.chance import Stream
from meridian.loadtest.scenario.crowd import User
from meridian.loadtest.scenario.model import StepWritten
from meridian.loadtest.scenario.requests import IDEMPOTENT, request_line, template

LONGEST_PAUSE = 5.0
"""Of what a pause is on average."""


class Client:
    """A user, and the headers that all their requests carry. typed: those of requests that have a body in JSON. begins: of each
    step (see `Step.begin`)."""

    __slots__ = ("begins", "headers", "typed", "user")

    def __init__(self, user: User, address_header: str, token: str, begins: Sequence[float]) -> None:
        self.begins = begins
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
        "_filled",
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
        self._method, self._path = line.method, template(line.path)
        self._json = not isinstance(written.body, str) or written.body.lstrip().startswith(("{", "["))
        body = written.body if isinstance(written.body, str) else json.dumps(written.body)
        self._body, self._static = template(body), body.encode()
        self._headers = tuple((name.lower(), value) for name, value in written.headers.items())
        self._filled = tuple((name, template(value)) for name, value in self._headers)
        texts = (self._path, self._body, *(text for _, text in self._filled))
        self._variables = frozenset(name for text in texts for name in text.names)
        self._phase = Stream(seed, f"share {place}")
        self._pauses = Stream(seed, f"think {place}")
        self._chance = Stream(seed, f"chance {place}")

    def begin(self, user: int) -> float:
        """Where a user's count of this step begins, so that not all of them take it in the same turn."""
        return self._phase.unit(user)

    def taken(self, client: Client, turn: int) -> bool:
        """Whether a user takes it in their flow number `turn`: evenly, whenever the count of shares reaches the next whole."""
        share = self.share
        if share >= 1:
            return True
        count = client.begins[self.place] + turn * share
        return int(count + share) > int(count)

    def pause(self, number: int) -> float:
        """Seconds of thought before it, in flow `number`."""
        if not self.varies:
            return self.think
        return self.think * min(LONGEST_PAUSE, -math.log1p(-self._pauses.unit(number)))

    def ask(self, number: int, client: Client) -> Ask:
        """The request of flow `number`."""
        user = client.user
        path, body, extra = self._path.form, self._static, self._headers
        if self._variables:
            values = self._values(number, user)
            path = self._path.fill(values)
            if self._body.names:
                body = self._body.fill(values).encode()
            if extra:
                extra = tuple([(name, value.fill(values)) for name, value in self._filled])
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
        values = {
            "user": user.id or "nobody",
            "number": str(number),
            "country": user.country,
            "tier": user.tier or "none",
            "home": user.home,
            "random": str(bits % 1_000_000),
        }
        if "uuid" in self._variables:
            text = f"{bits:016x}{self._phase.bits(~number):016x}"
            values["uuid"] = f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:32]}"
        return values
