"""The `load_tests` section: what load tests may be sent to, and how much of them."""

import re
from ipaddress import ip_network
from pathlib import PurePath
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from meridian.config.schema.base import PositiveDuration, Section, Slug

LOCAL = "local"
"""The target that `meridian up` makes: this machine's world, which no configuration needs to name."""
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(f"{text} is no address; write for example https://eu.avalo.example") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(
            f"{text} is not an address of the web; write it with https:// or http:// and its host"
        )
    if port == 0 or parts.path not in ("", "/") or parts.query or parts.fragment or parts.username:
        raise ValueError(f"{text} has more than a host and a port; scenarios name the paths")
    return text.rstrip("/")


def _allowed(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError:
        pass
    if "/" in text or not _HOST.fullmatch(text):
        raise ValueError(
            f"{text} is neither a host nor an address range; write for example staging.avalo.example or 10.1.0.0/16"
        )
    return text.lower().rstrip(".")


Url = Annotated[str, AfterValidator(_url)]
"""http(s)://host[:port]"""
Allowed = Annotated[str, AfterValidator(_allowed)]
"""A host's name, an address, or a range of addresses (CIDR)."""


class Tokens(Section):
    """How tokens of the load test's users are signed (JWT, ES256). `issuer`, `audience` and the names of claims are those of
    `identity`."""

    key_file: str
    """A P-256 private key in PEM, relative to the configuration file. Give the test an issuer of its own: whoever has this
    key can sign in as anybody."""
    key_id: str = ""
    """The `kid` under which the public half stands in your JWKS."""

    @model_validator(mode="after")
    def _a_file(self) -> "Tokens":
        if not self.key_file or PurePath(self.key_file).name in ("", "..", "."):
            raise ValueError("`key_file` names no file; write the path of a PEM file")
        return self


class Answers(Section):
    """Where the app's JSON answers say who answered, for checks and reports."""

    location: str = "served_by"
    """The field with the location that answered."""
    version: str = "version"
    """The field with the app's version."""
    home: str = "home"
    """The field with the user's home region, as the app was told it."""
    tier: str = "tier"
    """The field with the user's tier, as the app was told it."""

    @model_validator(mode="after")
    def _apart(self) -> "Answers":
        named = [self.location, self.version, self.home, self.tier]
        if twice := next((name for name in named if named.count(name) > 1), ""):
            raise ValueError(f"two of them are said to be in `{twice}`; name a field for each")
        return self


class LoadTarget(Section):
    """Something that load tests may be sent to."""

    edges: Annotated[dict[Slug, Url], Field(min_length=1)]
    """Region -> address of its edge."""
    production: bool = False
    """Real users are there: each run asks for the target's name to be typed. A name that has `prod` or `live` in
    it counts as well."""
    tokens: Tokens | None = None
    """How its users' tokens are signed. Left out: users are not signed in."""
    ca: str = ""
    """A PEM file with the authorities to trust, relative to the configuration file. Left out: those of the machine."""
    client_address: bool = True
    """Whether users' addresses are told in the header that `edge.client_address` names. Turn it off where the edges do not take
    the load generator's word for it."""
    answers: Answers = Answers()
    """Where the app's answers say who answered."""


class LoadTests(Section):
    """Load tests: what they may be sent to, and how much of them. This machine's own addresses are always allowed."""

    targets: dict[Slug, LoadTarget] = Field(default_factory=dict)
    """What `--target` may name. `meridian up` adds `local`, this machine's world."""
    allow: tuple[Allowed, ...] = ()
    """Hosts and address ranges that are no targets here and may be tested all the same."""
    max_rate: Annotated[float, Field(gt=0, le=1_000_000)] = 5_000.0
    """Requests a second, of all shards together, that no run may exceed."""
    max_duration: PositiveDuration = 7_200.0
    """No run is longer."""
    keep: PositiveDuration = 30 * 86_400.0
    """How long control keeps results."""
