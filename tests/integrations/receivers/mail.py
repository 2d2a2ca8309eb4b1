"""A mail server: takes what RFC 5321 and 5322 allow, and can be told to misbehave at each step."""

import asyncio
import re
import ssl
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from typing import Any, Literal, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

Behaviour = Literal["ok", "hang", "hang_after_data", "garbage", "close", "busy", "refuse"]
MESSAGE_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+>")


@dataclass
class MailReceiver:
    """script: how the next connections are met. taken: (recipients, mail). unknown: recipients who are refused for good (550);
    greylisted: those who are refused for now (450), once. tls: offers STARTTLS and then wants the login."""

    script: deque[Behaviour] = field(default_factory=deque)
    otherwise: Behaviour = "ok"
    taken: list[tuple[tuple[str, ...], EmailMessage]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    greylisted: set[str] = field(default_factory=set)
    tls: ssl.SSLContext | None = None
    login: tuple[str, str] | None = None
    port: int = 0

    async def start(self) -> None:
        self._over = asyncio.Event()
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._over.set()
        self._server.close()

    def _protocol(self) -> asyncio.BaseProtocol:
        behaviour = self.script.popleft() if self.script else self.otherwise
        if behaviour in ("hang", "garbage", "close", "busy"):
            return _Rude(behaviour)
        return SMTP(
            _Handler(self, behaviour),
            hostname="mail.example.com",
            tls_context=self.tls,
            require_starttls=self.tls is not None,
            authenticator=self._authenticate if self.login else None,
            auth_required=self.login is not None,
            loop=asyncio.get_running_loop(),
        )

    def _authenticate(
        self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any
    ) -> AuthResult:
        given = cast(LoginPassword, data)
        known = (given.login.decode(), given.password.decode()) == self.login
        return AuthResult(success=known, handled=False)  # not handled: the server itself answers 235 or 535


class _Rude(asyncio.Protocol):
    """A server that says nothing, something else, or good-bye."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        match self._behaviour:
            case "garbage":
                transport.write(b"\x00\xff\xfe\x80 HTTP/1.1 200 what?\r\n\xff\r\n" * 3)
            case "close":
                transport.abort()
            case "busy":
                transport.write(b"421 4.3.2 too many connections\r\n")
                transport.close()


@dataclass
class _Handler:
    receiver: MailReceiver
    behaviour: Behaviour

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.receiver.unknown:
            return "550 5.1.1 no such user"
        if address in self.receiver.greylisted:
            self.receiver.greylisted.discard(address)
            return "450 4.7.1 come back later"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.behaviour == "refuse":
            return "554 5.7.1 this looks like spam"
        content = envelope.content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, policy=default)
        self.receiver.problems += [f"mail: {each}" for each in problems_of(content, mail)]
        self.receiver.taken.append((tuple(envelope.rcpt_tos), mail))
        if self.behaviour == "hang_after_data":
            await self.receiver._over.wait()
        return "250 taken"


def problems_of(content: bytes, mail: EmailMessage) -> Iterator[str]:
    lines = content.split(b"\r\n")
    if any(len(line) > 998 for line in lines):
        yield "a line has more than 998 characters"
    if any(b"\n" in line or b"\r" in line for line in lines):
        yield "a line ends without CR LF"
    for name in ("From", "To", "Subject", "Date", "Message-ID"):
        if len(mail.get_all(name, [])) != 1:
            yield f"{name} does not stand there once"
    if not MESSAGE_ID.fullmatch(str(mail["Message-ID"]).strip()):
        yield f"the Message-ID is none: {mail['Message-ID']}"
    for name in ("References", "In-Reply-To"):
        if mail[name] and not MESSAGE_ID.fullmatch(str(mail[name]).strip()):
            yield f"{name} is no Message-ID: {mail[name]}"
    if parsedate_to_datetime(str(mail["Date"])).tzinfo is None:
        yield "the Date says no time zone"
    if mail["Auto-Submitted"] != "auto-generated":
        yield "it does not say that no person wrote it"
    if mail.get_content_type() != "multipart/alternative":
        yield "it is not multipart/alternative"
    if [part.get_content_type() for part in mail.iter_parts()] != ["text/plain", "text/html"]:
        yield "it has not a plain text and then HTML"
    if mail.defects or any(part.defects for part in mail.walk()):
        yield f"it has defects: {mail.defects}"
