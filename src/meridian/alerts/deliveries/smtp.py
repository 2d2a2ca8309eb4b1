"""Hands a mail to a mail server, which may hang, say garbage, or take it for some recipients only."""

import asyncio
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from email.message import EmailMessage

from meridian.alerts.channels import Email
from meridian.integrations.outgoing import CUT, Outcome

GOODBYE = 1.0
"""Seconds that a server gets for its own."""


async def hand_over(
    mail: EmailMessage,
    settings: Email,
    password: str,
    to: Sequence[str],
    within: float,
    hide: Callable[[str], str],
) -> Outcome:
    """to: who of the recipients should get it. within: seconds for everything together.
    hide: takes secrets out of a text. Never raises."""
    import aiosmtplib  # only where something is sent

    try:
        async with asyncio.timeout(within):
            refused = await _sent(mail, settings, password, to)
    except TimeoutError:
        return Outcome("again", f"no answer within {within:g} s")
    except aiosmtplib.SMTPRecipientsRefused as error:
        return _partly(to, {each.recipient: (each.code, hide(each.message)) for each in error.recipients})
    except aiosmtplib.SMTPResponseException as error:
        said = _said(hide(f"{error.code} {error.message}"))
        return Outcome("refused" if 500 <= error.code < 600 else "again", said)
    except Exception as error:  # noqa: BLE001 - whatever a server says or does, the next try may work
        return Outcome("again", _said(hide(f"no answer: {error or type(error).__name__}")))
    return _partly(to, {who: (code, hide(text)) for who, (code, text) in refused.items()})


async def _sent(
    mail: EmailMessage, settings: Email, password: str, to: Sequence[str]
) -> Mapping[str, tuple[int, str]]:
    """Recipient -> code and text, for those whom the server does not take."""
    import aiosmtplib

    context = None
    if settings.security != "none":
        context = await asyncio.to_thread(ssl.create_default_context, cafile=settings.ca)
    client = aiosmtplib.SMTP(
        hostname=settings.host,
        port=settings.at_port,
        use_tls=settings.security == "tls",
        start_tls=settings.security == "starttls",
        tls_context=context,
        local_hostname=settings.sender.rpartition("@")[2],
        timeout=None,
    )
    try:
        await client.connect()
        if settings.user:
            await client.login(settings.user, password)
        refused, _ = await client.sendmail(settings.sender, list(to), mail.as_bytes())
        with suppress(Exception):  # the mail is taken; saying good-bye is courtesy
            async with asyncio.timeout(GOODBYE):
                await client.quit()
    finally:
        client.close()
    return {who: (answer.code, answer.message) for who, answer in refused.items()}


def _partly(to: Sequence[str], refused: Mapping[str, tuple[int, str]]) -> Outcome:
    """Those who were refused for now (4xx) are tried again alone."""
    reached = tuple(each for each in to if each not in refused)
    if not refused:
        return Outcome("sent", "250 taken by the mail server", reached=reached)
    said = _said("; ".join(f"{who}: {code} {text}" for who, (code, text) in refused.items()))
    later = any(code < 500 for code, _ in refused.values())
    return Outcome("again" if later else "refused", said, reached=reached)


def _said(text: str) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= CUT else line[: CUT - 1] + "…"
