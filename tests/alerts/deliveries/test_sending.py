"""One notice to real receivers, on every channel, in good and in bad."""

import ssl
from pathlib import Path
from typing import Any

import pytest

from meridian.alerts.channels import Channel
from meridian.alerts.deliveries.sending import Sender, together
from meridian.integrations.notice import Notice
from meridian.integrations.outgoing import Outcome
from tests.alerts.deliveries.bench import HANGING, PATIENT
from tests.integrations.notices import ACKNOWLEDGED, AT, FIRING, RESOLVED
from tests.integrations.receivers import Receivers
from tests.support.certificates import authority, issue

KINDS = ("chat", "pager", "mail", "text", "hook")


async def _send(
    channel: dict[str, Any], notice: Notice = FIRING, reached: tuple[str, ...] = (), within: float = PATIENT
) -> Outcome:
    sender = Sender(timeout=within)
    return await sender.send(Channel.model_validate(channel), notice, delivery="d-1", reached=reached, now=AT)


def _write(file: str, secret: str) -> None:
    Path(file).write_text(secret)


@pytest.fixture
def channels(there: Receivers, tmp_path: Path) -> dict[str, Any]:
    return there.channels(tmp_path / "secrets")


@pytest.mark.parametrize("notice", [FIRING, ACKNOWLEDGED, RESOLVED], ids=lambda each: str(each.status))
async def test_every_channel_takes_every_notice(
    there: Receivers, channels: dict[str, Any], notice: Notice
) -> None:
    for name in KINDS:
        assert (await _send(channels[name], notice)).result == "sent", name
    assert there.problems == []
    taken = (
        there.slack.taken,
        there.pagerduty.taken,
        there.twilio.taken,
        there.webhook.taken,
        there.mail.taken,
    )
    assert [len(each) for each in taken] == [1] * 5


@pytest.mark.parametrize(
    ("behaviour", "result", "said"),
    [
        ("error", "again", "500 something broke"),
        ("slow_down", "again", "429 rate_limited"),
        ("refuse", "refused", "400 invalid_payload"),
        ("redirect", "refused", "correct the address"),
        ("hang", "again", f"no answer within {HANGING:g} s"),
        ("garbage", "again", "no answer: "),
        ("close", "again", "no answer: "),
    ],
)
async def test_whatever_a_server_does_is_an_outcome(
    there: Receivers, channels: dict[str, Any], behaviour: Any, result: str, said: str
) -> None:
    for name, receiver in zip(("chat", "pager", "text", "hook"), there.http, strict=True):
        receiver.script.append(behaviour)
        outcome = await _send(channels[name], within=HANGING if behaviour == "hang" else PATIENT)
        assert (outcome.result, said in outcome.said) == (result, True), outcome
        assert outcome.wait == (7.0 if behaviour == "slow_down" else None)
        assert len(receiver.seen) == 1  # a redirect is not followed


@pytest.mark.parametrize("behaviour", ["portal", "endless"])
async def test_an_answer_that_is_not_the_services_own_does_not_count(
    there: Receivers, channels: dict[str, Any], behaviour: Any
) -> None:
    for name, receiver in zip(("chat", "pager", "text"), there.http, strict=False):
        receiver.script.append(behaviour)
        assert (await _send(channels[name])).result == "again"


async def test_nobody_there_is_an_outcome(there: Receivers, channels: dict[str, Any]) -> None:
    hook = {"webhook": {"url": "http://127.0.0.1:1/", "secret": channels["hook"]["webhook"]["secret"]}}
    mail = {"email": {**channels["mail"]["email"], "port": 1}}
    for channel in (hook, mail):
        outcome = await _send(channel)
        assert outcome.result == "again"
        assert "no answer" in outcome.said


async def test_a_secret_that_a_receiver_repeats_is_not_kept(
    there: Receivers, channels: dict[str, Any]
) -> None:
    there.webhook.take = lambda path, headers, body: ([f"your secret is {there.webhook.secret}"], 400, "")  # type: ignore[method-assign]
    outcome = await _send(channels["hook"])
    assert outcome.said == "400 your secret is ***"


async def test_an_address_that_is_none_is_not_repeated(channels: dict[str, Any]) -> None:
    _write(channels["chat"]["slack"]["webhook"]["file"], "ftp://hooks.example.com/very-secret")
    outcome = await _send(channels["chat"])
    assert outcome.result == "again"
    assert "very-secret" not in outcome.said


async def test_a_missing_secret_says_where_it_should_be(channels: dict[str, Any]) -> None:
    key = {"file": "/nowhere/at-all"}
    outcome = await _send({"pagerduty": {**channels["pager"]["pagerduty"], "routing_key": key}})
    assert (outcome.result, "/nowhere/at-all" in outcome.said) == ("again", True)


async def test_only_those_who_do_not_have_a_text_get_it(there: Receivers, channels: dict[str, Any]) -> None:
    one, other = "+4915112345678", "+4915187654321"
    channel = {"sms": {**channels["text"]["sms"], "to": [one, other]}}
    there.twilio.unreachable.add(other)
    outcome = await _send(channel)
    assert (outcome.result, outcome.reached) == ("refused", (one,))
    assert "+491…21: 400" in outcome.said
    there.twilio.unreachable.clear()
    assert (await _send(channel, reached=(one,))).reached == (other,)
    assert [form["To"] for form in there.twilio.taken] == [one, other]


def test_of_several_recipients_one_who_may_be_reached_keeps_it_open() -> None:
    outcome = together(
        {
            "+49151": Outcome("refused", "400"),
            "+49152": Outcome("again", "429", 9.0),
            "+49153": Outcome("sent", ""),
        }
    )
    assert (outcome.result, outcome.wait, outcome.reached) == ("again", 9.0, ("+49153",))


# Mail -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("behaviour", "result", "said"),
    [
        ("hang", "again", "no answer within"),
        ("hang_after_data", "again", "no answer within"),
        ("garbage", "again", ""),
        ("close", "again", ""),
        ("busy", "again", "421"),
        ("refuse", "refused", "554 5.7.1 this looks like spam"),
    ],
)
async def test_whatever_a_mail_server_does_is_an_outcome(
    there: Receivers, channels: dict[str, Any], behaviour: Any, result: str, said: str
) -> None:
    there.mail.script.append(behaviour)
    outcome = await _send(channels["mail"], within=HANGING if "hang" in behaviour else PATIENT)
    assert (outcome.result, said in outcome.said) == (result, True), outcome
    assert outcome.said.isprintable()


async def test_a_mail_goes_again_to_those_only_whom_the_server_put_off(
    there: Receivers, channels: dict[str, Any]
) -> None:
    channel = {"email": {**channels["mail"]["email"], "to": ["a@example.com", "b@example.com"]}}
    there.mail.greylisted.add("b@example.com")
    first = await _send(channel)
    assert (first.result, first.reached) == ("again", ("a@example.com",))
    second = await _send(channel, reached=first.reached)
    assert second.result == "sent"
    assert [who for who, _ in there.mail.taken] == [("a@example.com",), ("b@example.com",)]
    assert len({mail["Message-ID"] for _, mail in there.mail.taken}) == 1


async def test_a_recipient_whom_nobody_knows_is_said(there: Receivers, channels: dict[str, Any]) -> None:
    there.mail.unknown.add("ops@example.com")
    outcome = await _send(channels["mail"])
    assert (outcome.result, "550 5.1.1 no such user" in outcome.said) == ("refused", True)


@pytest.fixture
def private(there: Receivers, channels: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    """A mail server with STARTTLS and a login."""
    by = authority(tmp_path)
    certificate, key = issue(tmp_path, "mail", by)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    there.mail.tls, there.mail.login = context, ("meridian", "a-secret-of-mail")
    (tmp_path / "password").write_text("a-secret-of-mail")
    return {
        **channels["mail"]["email"],
        "security": "starttls",
        "ca": str(tmp_path / "authority.pem"),
        "user": "meridian",
        "password": {"file": str(tmp_path / "password")},
    }


async def test_a_login_goes_over_tls(there: Receivers, private: dict[str, Any]) -> None:
    assert (await _send({"email": private})).said == "250 taken by the mail server"
    assert there.mail.taken


async def test_a_certificate_that_nobody_vouches_for_gets_no_login(
    there: Receivers, private: dict[str, Any]
) -> None:
    outcome = await _send({"email": {**private, "ca": None}})
    assert outcome.result == "again"
    assert "certificate" in outcome.said.casefold()
    assert not there.mail.taken


async def test_a_wrong_password_is_refused(there: Receivers, private: dict[str, Any]) -> None:
    _write(private["password"]["file"], "wrong-password")
    outcome = await _send({"email": private})
    assert (outcome.result, outcome.said.startswith("535")) == ("refused", True), outcome


async def test_a_server_without_tls_gets_neither_login_nor_mail(
    there: Receivers, private: dict[str, Any]
) -> None:
    there.mail.tls = None
    outcome = await _send({"email": private})
    assert (outcome.result, "STARTTLS extension not supported" in outcome.said) == ("again", True)
    assert not there.mail.taken
