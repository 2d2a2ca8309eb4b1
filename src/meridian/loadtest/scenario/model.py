"""A scenario as people write it, in YAML or as keyword arguments in Python."""

import json
import re
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from meridian.config.schema.base import CountryCode, Duration, PositiveDuration, Section, Slug
from meridian.core.suggest import did_you_mean
from meridian.loadtest.scenario.aborts import abort_rule
from meridian.loadtest.scenario.chaos import chaos_step
from meridian.loadtest.scenario.requests import RESERVED, VARIABLES, request_line, unknown
from meridian.loadtest.scenario.thresholds import threshold

Kind = Literal["load", "stress", "endurance", "spike", "scalability"]
Rate = Annotated[float, Field(ge=0, le=1_000_000)]
"""Flows begun each second."""
Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0, le=1_000_000)]
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def _text(value: Any) -> Any:
    """A number or a truth where a text is meant: `fields: {total: 3}`."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _world(value: Any) -> Any:
    return {} if value == "world" else value


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, int) and not isinstance(value, bool) else value


def _body(value: Any) -> Any:
    if not isinstance(value, str | dict):
        raise ValueError('this must be a text or a mapping; write for example {"to": "{user}"}')
    _known(value if isinstance(value, str) else json.dumps(value))
    return value


def _known(text: str) -> str:
    if wrong := unknown(text):
        raise ValueError(f"there is no variable {{{wrong}}}; {did_you_mean(wrong, VARIABLES)}")
    return text


def _reads(read: Callable[[str], object]) -> AfterValidator:
    """Refuses what `read` refuses; the text stays as it was written."""

    def check(text: str) -> str:
        read(text)
        return text

    return AfterValidator(check)


def _header(name: str) -> str:
    if not _HEADER.fullmatch(name):
        raise ValueError(
            f"{name} cannot be the name of a header; write it as requests have it, such as x-device-id"
        )
    if name.lower() in RESERVED:
        raise ValueError(f"{name} is set by the load test itself; remove it")
    return name


def _value(text: str) -> str:
    if not text.isascii() or not text.isprintable():
        raise ValueError("a header holds one line of printable ASCII; write it without the other characters")
    return _known(text)


Text = Annotated[str, BeforeValidator(_text)]
HeaderName = Annotated[str, AfterValidator(_header)]
HeaderValue = Annotated[Text, AfterValidator(_value)]


class Users(Section):
    """Who asks. User by user they take turns, so that each asks equally often: `count` divided by the rate is how long a user
    pauses between two flows."""

    count: Annotated[int, Field(ge=1, le=2_000_000)] = 1_000
    """How many there are. `--scale` makes fewer, in proportion."""
    countries: Annotated[dict[CountryCode, Weight], BeforeValidator(_world)] = Field(default_factory=dict)
    """Where they are, as country -> weight. Left out, or `world`: every country, by the square root of its share of
    the world's addresses, so that small ones are heard."""
    tiers: dict[Slug, Weight] = Field(default_factory=lambda: {"free": 1.0})
    """What they pay for, as tier -> weight."""
    anonymous: Share = 0.0
    """The part of them that is not signed in."""
    travellers: Share = 0.0
    """The part of them whose client uses the edge of another region than theirs."""
    own_address: bool = True
    """Each has a client address of its own, in their country, where the target takes the load generator's word for it. Turned
    off, those of a country share one."""

    @field_validator("tiers", "countries")
    @classmethod
    def _some(cls, weights: dict[str, float]) -> dict[str, float]:
        if weights and not sum(weights.values()) > 0:
            raise ValueError("nobody is left: all weights are zero; give at least one of them a weight")
        return weights


class PhaseWritten(Section):
    """A stretch of the run. Give one of `rate`, `from` and `to`, `steps`, and `spike`."""

    name: Slug
    """What it is called in reports, and in thresholds (`during`)."""
    for_: Annotated[PositiveDuration, Field(alias="for")]
    """How long it is."""
    rate: Rate | None = None
    """The same rate all the time."""
    from_: Annotated[Rate | None, Field(alias="from")] = None
    """A ramp: the rate at its beginning."""
    to: Rate | None = None
    """A ramp: the rate at its end."""
    steps: Annotated[tuple[Rate, ...], Field(max_length=100)] = ()
    """Stairs: each rate for an equal part of the phase. The capacity curve is drawn from them."""
    spike: Rate | None = None
    """This rate at once. Recovery is counted from the end of the phase."""
    warm_up: bool = False
    """What happens in it is recorded and not judged."""

    @model_validator(mode="after")
    def _one_shape(self) -> "PhaseWritten":
        ramp = self.from_ is not None or self.to is not None
        if ramp and (self.from_ is None or self.to is None):
            lacking = "from" if self.from_ is None else "to"
            raise ValueError(f"a ramp has `from` and `to`, and `{lacking}` is missing; add it")
        shapes = [ramp, self.rate is not None, bool(self.steps), self.spike is not None]
        if sum(shapes) > 1:
            raise ValueError(
                "a phase has one shape; keep one of `rate`, `from` and `to`, `steps`, and `spike`"
            )
        return self

    @property
    def shape(self) -> Literal["rate", "ramp", "steps", "spike", ""]:
        """Empty: none is given, as in a closed model."""
        if self.from_ is not None:
            return "ramp"
        if self.steps:
            return "steps"
        if self.spike is not None:
            return "spike"
        return "rate" if self.rate is not None else ""


class LoadWritten(Section):
    """How much, and when."""

    model: Literal["open", "closed"] = "open"
    """open: flows begin on a schedule, whatever becomes of the ones before, as users of an app do who know nothing of each
    other. closed: so many users ask in turn, each again when their flow is over; a slow target is then asked less, which hides
    how slow it is."""
    at_once: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """closed: how many users ask at the same time."""
    arrivals: Literal["constant", "poisson"] = "constant"
    """constant: evenly, as the rate says. poisson: at random, at that rate on average, as independent users arrive."""
    timeout: PositiveDuration = 10.0
    """An answer later than this is not waited for any longer."""
    phases: Annotated[tuple[PhaseWritten, ...], Field(min_length=1, max_length=100)]
    """One after the other. Rates count flows begun each second; each flow sends one request for every step that it takes."""


class ChecksWritten(Section):
    """What must be true of an answer. The first that is not counts, under its name, as a failed check. All but `status` and
    `limit` are asked only of answers that are well by their status."""

    status: Annotated[tuple[Annotated[int, Field(ge=100, le=599)], ...], BeforeValidator(_several)] = ()
    """The status, or several of which one must be. Others count as failures; these never do. Left out: 200 to 399."""
    home: bool = False
    """The app was told the user's own home region."""
    tier: bool = False
    """The app was told the user's own tier."""
    residency: bool = False
    """A location answered that the residency of the path and of the user allows."""
    limit: bool = False
    """A refusal by a limit (429) says when to try again, and which limit it was."""
    within: PositiveDuration | None = None
    """The answer came within this time."""
    headers: dict[HeaderName, HeaderValue] = Field(default_factory=dict)
    """Header -> what it must be."""
    fields: dict[str, Text] = Field(default_factory=dict)
    """Field of the JSON answer, with dots for fields inside fields -> what it must be."""


class StepWritten(Section):
    """A request that a user makes."""

    name: Slug
    """What it is called in reports and thresholds."""
    request: Annotated[str, _reads(request_line)]
    """Method and path, such as `POST /v1/swipe`. The path, the headers and the body may have {user}, {number} (of the flow),
    {uuid} (new for each request), {country}, {tier}, {home} and {random} (a number below a million) in them."""
    body: Annotated[Any, BeforeValidator(_body)] = ""
    """What is sent: a text as it is, a mapping as JSON."""
    headers: dict[HeaderName, HeaderValue] = Field(default_factory=dict)
    """Further headers. Users' tokens and addresses are there already."""
    think: Duration = 0.0
    """How long the user pauses before this step, after the answer to the one before."""
    think_varies: bool = False
    """The pause is `think` on average only, and varies as those of people do (exponentially, up to five times as long)."""
    share: Annotated[float, Field(gt=0, le=1)] = 1.0
    """The part of the flows that take this step. Each user takes it evenly: with 0.25 in every fourth flow of theirs."""
    keyed: bool = False
    """Carries an Idempotency-Key, so that sending it again is harmless. What moves money should."""
    required: bool = False
    """When it does not succeed, the flow ends here."""
    checks: ChecksWritten = ChecksWritten()
    """What must be true of the answer."""


class ChaosWritten(Section):
    """Something that is done to the target while it is under load."""

    at: Duration
    """When, counted from the start; with another `--duration` it moves with its phase."""
    do: Annotated[str, _reads(chaos_step)]
    """kill, restore, slow, partition, errors or drain, and to what: `kill europe-west1`, `slow us-central1 300ms`,
    `errors asia-south1 20%`, `restore all`."""


class Written(Section):
    """One scenario of a load test."""

    name: Slug
    """A short name."""
    title: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    """What it is, for reports."""
    kind: Kind = "load"
    """load: holds a rate. stress: climbs until the target bends. endurance: holds on for long, and looks for leaks. spike: much
    more at once, and how long until all is normal. scalability: stairs, for a capacity curve."""
    description: str = ""
    """What it is for."""
    users: Users = Users()
    """Who asks."""
    load: LoadWritten
    """How much, and when."""
    flow: Annotated[tuple[StepWritten, ...], Field(min_length=1, max_length=50)]
    """What a user does, in this order."""
    thresholds: tuple[Annotated[str, _reads(threshold)], ...] = ()
    """What must hold for the run to pass, such as `p95 < 200ms`, `errors < 1%`, `swipe.p99 < 800ms in EU`, `rate >= 95%` or
    `p95 < 400ms during hold`."""
    abort: tuple[Annotated[str, _reads(abort_rule)], ...] = ()
    """What ends the run early, such as `errors > 50% for 10s`."""
    chaos: tuple[ChaosWritten, ...] = ()
    """What is broken meanwhile."""
