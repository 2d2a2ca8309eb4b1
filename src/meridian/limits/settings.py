"""The `limits` section: what is counted, how often it may happen, and where it is counted."""

import re
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from meridian.config.schema.base import CountryCode, Duration, PositiveDuration, Section, Slug
from meridian.core.risk import Risk

Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
Key = Literal["burst", "user", "client", "address", "country", "region"]
Scope = Literal["edge", "exact"]
OnFailure = Literal["allow", "deny"]
Amount = Annotated[int, Field(ge=1, le=10_000_000)]
Factor = Annotated[float, Field(gt=0, le=1000)]
RISKY = {Risk.MEDIUM: 0.5, Risk.HIGH: 0.25, Risk.CRITICAL: 0.1}
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A token of RFC 9110."""
OURS = "x-meridian-"
GENERAL = "general"
"""The class of every feature that is named in no other."""


class Action(Section):
    """What a request counts as: a feature, and which of its requests."""

    feature: Slug
    """The feature whose requests these are."""
    methods: tuple[Method, ...] = ()
    """Only requests with these methods. Left out: all that no other action of the feature names."""


class Policy(Section):
    """One limit: how much of what, counted for whom."""

    key: Key
    """For whom it is counted. user: each signed-in user. burst: each signed-in user, over a short window and before everything
    else. client: each client address, in one class of endpoints. address: each client address. country, region: all users of
    each."""
    actions: tuple[Slug, ...] = ()
    """The actions that count. Left out: every request (for `client`: every request of its class)."""
    class_: Annotated[Slug | None, Field(alias="class")] = None
    """The class of endpoints, for `key: client`."""
    rate: Amount
    """So many in each window, of a free user at low risk."""
    window: PositiveDuration
    """The window, at least one second."""
    burst: Amount | None = None
    """So many at once, after a pause. Left out: the rate."""
    tiers: bool | None = None
    """Whether the rate is multiplied by the user's tier. Left out: for user, burst and client."""
    risk: bool | None = None
    """Whether the rate is multiplied by the user's risk. Left out: for user and burst."""
    scope: Scope = "edge"
    """edge: counted in the edge's Envoy. exact: by the admission beside the edges of the region that serves it, shared through
    Redis where that is configured."""
    on_failure: OnFailure = "allow"
    """For `exact`, while the counters do not answer in time. allow: counted by the edge alone meanwhile. deny: refused."""
    shadow: bool = False
    """Counted and reported, never enforced."""
    each: dict[str, Amount] = Field(default_factory=dict)
    """Rates of single countries or regions that differ, for `key: country` and `key: region`."""

    @property
    def multiplied_by_tier(self) -> bool:
        return self.key in ("user", "burst", "client") if self.tiers is None else self.tiers

    @property
    def multiplied_by_risk(self) -> bool:
        return self.key in ("user", "burst") if self.risk is None else self.risk

    @model_validator(mode="after")
    def _sensible(self) -> "Policy":
        if self.window < 1:
            raise ValueError("a window is at least 1s")
        if self.key == "client" and self.class_ is None:
            raise ValueError(
                "`class` is missing; name the class that `key: client` counts, such as `class: general`"
            )
        if self.key != "client" and self.class_ is not None:
            raise ValueError("`class` belongs to `key: client`, and to no other key; remove it")
        if not self.actions and "actions" in self.model_fields_set:
            raise ValueError("`actions` is empty; leave it out to count everything")
        if self.each and self.key not in ("country", "region"):
            raise ValueError("`each` belongs to `key: country` or `key: region`")
        if self.scope == "exact" and (self.key != "user" or not self.actions):
            raise ValueError("`scope: exact` needs `key: user` and the `actions` that count")
        if self.scope == "exact" and self.shadow:
            raise ValueError("an exact limit cannot be a shadow; write `scope: edge` while you try it")
        return self


class Account(Section):
    """Where a request says which account it tries. Give one of both."""

    header: str | None = None
    """The name of a header."""
    body: str | None = None
    """The path of a field in a JSON body, such as `email` or `user.name`."""

    @field_validator("header")
    @classmethod
    def _header_name(cls, name: str | None) -> str | None:
        if name and not HEADER_NAME.fullmatch(name):
            raise ValueError(
                "this cannot be the name of a header; write it as requests have it, such as x-account"
            )
        if name and name.lower().startswith(OURS):
            raise ValueError(
                f"headers that begin with {OURS} are the edge's own; name one that the app reads"
            )
        return name

    @field_validator("body")
    @classmethod
    def _field_path(cls, path: str | None) -> str | None:
        if path and not all(step.strip() for step in path.split(".")):
            raise ValueError(
                "this path has an empty step; write the names of fields with dots, such as user.name"
            )
        return path

    @model_validator(mode="after")
    def _one_place(self) -> "Account":
        if bool(self.header) == bool(self.body):
            raise ValueError("give exactly one of header and body")
        return self


class Shield(Section):
    """Stops guessing: after some failed attempts the account, and the address they came from, are blocked for a while."""

    action: Slug
    """The action whose attempts are watched."""
    failures: Annotated[int, Field(ge=1, le=1000)] = 5
    """Failed attempts before the block."""
    within: PositiveDuration = 3600.0
    """Attempts older than this are forgotten."""
    block: PositiveDuration = 3600.0
    """How long the first block lasts."""
    growth: Annotated[float, Field(ge=1, le=100)] = 2.0
    """Each further block is longer by this factor."""
    longest: PositiveDuration = 7 * 86400.0
    """No block is longer."""
    account: Account = Account(body="email")
    """Where a request says which account it tries. Where it says none, the signed-in user is the account."""
    unreadable: Literal["refuse", "count"] = "refuse"
    """What is done with an attempt whose account cannot be read. refuse: 400. count: by its address alone."""
    device: Slug = "x-device-id"
    """The header in which the app names the device. A device from which an account was used successfully stays open to it."""
    failed: tuple[Annotated[int, Field(ge=100, le=599)], ...] = (401, 403)
    """The app's answers that say that an attempt failed."""
    succeeded: tuple[Annotated[int, Field(ge=100, le=599)], ...] = (200, 201, 204)
    """The app's answers that say that an attempt succeeded. Any other answer counts as no attempt."""


class Counters(Section):
    """Where exact limits are counted."""

    store: Literal["memory", "redis"] = "memory"
    """memory: in the admission process beside the edge. redis: in the Redis or Valkey that MERIDIAN_REDIS_URL of each edge
    names."""
    deadline: Annotated[Duration, Field(ge=0.001, le=1)] = 0.02
    """The longest a request waits for its counters; then `on_failure` of its limits decides."""


class LimitGiven(Section):
    """Requests that one user sends at once."""

    action: Slug
    """What they do."""
    tier: str = ""
    """The user's tier; left out: signed in, without one."""
    risk: Risk = Risk.LOW
    """The user's risk."""
    country: CountryCode | None = None
    """Of the client's address."""
    requests: Amount
    """How many."""


class LimitExpect(Section):
    """What must come of them."""

    admitted: Annotated[int, Field(ge=0)] | None = None
    """How many get through."""
    refused_by: Slug | None = None
    """The limit that refuses the first of the others."""


class LimitTest(Section):
    """One promise."""

    name: str
    """The promise as a sentence; it is shown when it does not hold."""
    given: LimitGiven
    """The requests."""
    expect: LimitExpect
    """What must come of them."""


class Limits(Section):
    """How often things may be done: limits of users, clients, countries and regions, and shields against guessing."""

    tiers: dict[str, Factor] = Field(default_factory=dict)
    """Tier of a user -> factor of their limits. A tier that is not named counts as 1."""
    risk: dict[Risk, Factor] = Field(default_factory=lambda: dict(RISKY))
    """Risk of a user -> factor of their limits. A risk that is not named counts as 1."""
    ipv6_prefix: Annotated[int, Field(ge=16, le=128)] = 64
    """IPv6 addresses that share so many leading bits are one client."""
    expected_users: Annotated[int, Field(ge=100, le=10_000_000)] = 200_000
    """Users and clients of one edge that are counted side by side; beyond that, the one not seen for longest is forgotten."""
    edges: Literal["share", "sticky"] = "share"
    """How several edges of one region keep a limit together. share: each holds the part of every limit that is its part of the
    region's requests; right where requests are spread over the edges one by one. They never admit more than the limit together,
    and a client that stays on one edge gets that edge's part only. sticky: every edge holds whole limits of users and clients,
    and divides those of countries and regions; right where the balancer sends each user always to the same edge (consistent
    hashing). Who gets round that is admitted up to so many times as there are edges. Exact limits do not depend on it."""
    headers: Literal["ietf", "draft-03", "both", "none"] = "ietf"
    """Fields that tell clients where they stand. ietf: RateLimit and RateLimit-Policy. draft-03: Envoy's X-RateLimit-*."""
    actions: dict[Slug, Action] = Field(default_factory=dict)
    """What requests count as, by name."""
    classes: dict[Slug, tuple[Slug, ...]] = Field(default_factory=dict)
    """Classes of endpoints, by name: the features in each. The others are in `general`."""
    policies: dict[Slug, Policy] = Field(default_factory=dict)
    """The limits, by name. Their names stand in answers to clients."""
    shields: dict[Slug, Shield] = Field(default_factory=dict)
    """Shields against guessing, by name."""
    counters: Counters = Counters()
    """Where exact limits are counted."""
    tests: tuple[LimitTest, ...] = ()
    """What these limits promise; checked like the policy tests of routing."""
