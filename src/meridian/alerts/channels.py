"""The `alerts.channels` section: where notices of incidents can be sent.

A secret never stands in the configuration, which is stored, compared and shown: it names the place where the secret is, and
only the process that sends reads it, each time.
"""

import ipaddress
import re
from collections.abc import Callable
from pathlib import PurePath
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from meridian.config.schema.base import PositiveDuration, Section

Kind = Literal["slack", "pagerduty", "email", "sms", "webhook"]
KINDS: tuple[Kind, ...] = ("slack", "pagerduty", "email", "sms", "webhook")
PORTS = {"starttls": 587, "tls": 465, "none": 25}


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or any(c.isspace() for c in text):
        raise ValueError(f"{text!r} is no web address; write for example https://example.com/alerts")
    if parts.username or parts.password:
        raise ValueError(
            "an address with a user and password shows them to everyone who reads it; leave them out"
        )
    return text.rstrip("/")


def _private_address(text: str) -> str:
    """What carries a secret goes over TLS, unless it stays on this machine."""
    if urlsplit(text).scheme == "http" and not is_loopback(urlsplit(text).hostname or ""):
        raise ValueError("a secret is sent there, so it must be https://; http:// is for this machine only")
    return text


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _absolute(path: str) -> str:
    if not PurePath(path).is_absolute():
        raise ValueError(f"{path!r} is a relative path; write the whole path, such as /run/secrets/pagerduty")
    return path


def _formed(pattern: str, wrong: str, example: str) -> Callable[[str], str]:
    whole = re.compile(pattern)

    def check(text: str) -> str:
        if not whole.fullmatch(text):
            raise ValueError(f"{text[:60]!r} {wrong}; write for example {example}")
        return text

    return check


WebAddress = Annotated[str, StringConstraints(max_length=2048), AfterValidator(_web_address)]
PrivateAddress = Annotated[WebAddress, AfterValidator(_private_address)]
AbsolutePath = Annotated[str, StringConstraints(max_length=1024), AfterValidator(_absolute)]
Variable = Annotated[
    str,
    AfterValidator(
        _formed(r"[A-Za-z_][A-Za-z0-9_]{0,127}", "is no name of an environment variable", "PAGERDUTY_KEY")
    ),
]
Mailbox = Annotated[
    str,
    AfterValidator(
        _formed(r"[!-;=?A-~]{1,64}@[A-Za-z0-9.-]{1,189}", "is no mail address", "ops@example.com")
    ),
]
"""An address of ASCII characters (RFC 5321): every server takes it."""
PhoneNumber = Annotated[
    str,
    AfterValidator(_formed(r"\+[1-9][0-9]{6,14}", "is no number with + and the country code", "+4930123456")),
]
"""E.164."""
SmsSender = Annotated[
    str,
    AfterValidator(
        _formed(
            r"(\+[1-9][0-9]{6,14}|[A-Za-z0-9 ]{1,11}|MG[0-9a-f]{32})",
            "is no number, no name of at most 11 letters and digits, and no messaging service",
            "+4930123456",
        )
    ),
]
Host = Annotated[
    str,
    AfterValidator(
        _formed(r"[A-Za-z0-9.:-]{1,253}", "is no name or address of a server", "mail.example.com")
    ),
]
Account = Annotated[
    str,
    AfterValidator(
        _formed(r"[A-Za-z0-9_-]{1,64}", "is no account's SID", "AC0123456789abcdef0123456789abcdef")
    ),
]


class Secret(Section):
    """Where a secret is. Control reads it each time it sends, so a new one needs no restart where it is a file."""

    env: Variable | None = None
    """The environment variable of control that holds it."""
    file: AbsolutePath | None = None
    """The file that holds it, by its whole path. White space around it does not count."""

    @model_validator(mode="before")
    @classmethod
    def _not_itself(cls, given: Any) -> Any:
        if isinstance(given, str):
            raise ValueError(
                "a secret never stands in the configuration itself; write where it is, as {env: NAME} or {file: /whole/path}"
            )
        return given

    @model_validator(mode="after")
    def _one_source(self) -> "Secret":
        if bool(self.env) == bool(self.file):
            raise ValueError("give exactly one of env and file")
        return self


class Slack(Section):
    """A channel of Slack, or of what takes Slack's incoming webhooks."""

    webhook: Secret
    """Where the incoming webhook's address is; whoever knows it can post."""


class PagerDuty(Section):
    """A service of PagerDuty, through its Events API v2."""

    routing_key: Secret
    """Where the integration key is."""
    url: PrivateAddress = "https://events.pagerduty.com"
    """The address of the Events API; accounts in the EU have https://events.eu.pagerduty.com."""


class Email(Section):
    """Mail, handed to your own mail server."""

    host: Host
    """The mail server."""
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """Its port. Left out: 587 for starttls, 465 for tls, 25 for none."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """starttls: an open connection that must become encrypted. tls: encrypted from the start. none: in the open, so without a
    password."""
    ca: AbsolutePath | None = None
    """The certificates (PEM) of the authorities to trust, by the file's whole path. Left out: those of the system."""
    user: Annotated[str, StringConstraints(max_length=254)] = ""
    """Who signs in; left out: nobody does."""
    password: Secret | None = None
    """Where the password is."""
    sender: Annotated[Mailbox, Field(alias="from")]
    """The address that mails come from."""
    to: Annotated[tuple[Mailbox, ...], Field(min_length=1, max_length=50)]
    """Who gets them."""

    @property
    def at_port(self) -> int:
        return self.port or PORTS[self.security]

    @model_validator(mode="after")
    def _signs_in_privately(self) -> "Email":
        if bool(self.user) != bool(self.password):
            raise ValueError("user and password belong together; give both or none")
        if self.password and self.security == "none" and not is_loopback(self.host):
            raise ValueError("security none would send the password in the open; use starttls or tls")
        return self


class Sms(Section):
    """Text messages, through Twilio or what answers like its Messages API."""

    account: Account
    """The account's SID."""
    token: Secret
    """Where the account's token is."""
    sender: Annotated[SmsSender, Field(alias="from")]
    """The number or name that messages come from, or a messaging service (MG...)."""
    to: Annotated[tuple[PhoneNumber, ...], Field(min_length=1, max_length=20)]
    """Who gets them: numbers with + and the country code."""
    url: PrivateAddress = "https://api.twilio.com"
    """The address of the API."""


class Webhook(Section):
    """A server of your own. What it gets is signed, so that it can tell who sent it (see docs/channels.md)."""

    url: WebAddress
    """Where notices are posted, as JSON."""
    secret: Secret
    """Where the secret is that signs them."""


class Channel(Section):
    """One place that notices go to: exactly one of slack, pagerduty, email, sms and webhook."""

    slack: Slack | None = None
    """A channel of Slack."""
    pagerduty: PagerDuty | None = None
    """A service of PagerDuty."""
    email: Email | None = None
    """Mail."""
    sms: Sms | None = None
    """Text messages."""
    webhook: Webhook | None = None
    """A server of your own."""
    give_up: PositiveDuration = 3600.0
    """How long a notice is tried again when it does not get through."""

    @property
    def kind(self) -> Kind:
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    @model_validator(mode="after")
    def _one_kind(self) -> "Channel":
        if sum(getattr(self, kind) is not None for kind in KINDS) != 1:
            raise ValueError(f"give exactly one of {', '.join(KINDS)}")
        return self
