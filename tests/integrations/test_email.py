from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from hypothesis import given, settings

from meridian.integrations.email import message
from meridian.integrations.notice import Notice
from tests.integrations.notices import FIRING, RESOLVED, hostile, notice
from tests.integrations.receivers.mail import problems_of


def _mail(each: Notice, delivery: str = "d-1") -> EmailMessage:
    made = message(
        each, delivery=delivery, sender="meridian@example.com", to=["a@example.com", "b@example.com"]
    )
    content = made.as_bytes()
    read = message_from_bytes(content, policy=default)
    assert list(problems_of(content, read)) == []
    return read


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


def test_a_mail_says_the_same_in_plain_text_and_in_html() -> None:
    mail = _mail(FIRING)
    assert mail["Subject"] == "SEV-1: europe-west1 is down"
    assert mail["To"] == "a@example.com, b@example.com"
    for kind in ("plain", "html"):
        shown = _part(mail, kind)
        for words in (FIRING.sentence, FIRING.cause, FIRING.runbook, "error_rate"):
            assert words in shown


def test_mails_of_one_incident_are_one_thread_and_each_is_its_own() -> None:
    first, last = _mail(FIRING, "d-1"), _mail(RESOLVED, "d-2")
    other = _mail(notice(key="another incident"), "d-3")
    assert first["References"] == last["References"] == last["In-Reply-To"] != other["References"]
    assert len({first["Message-ID"], last["Message-ID"], first["References"]}) == 3


def test_a_mail_that_is_sent_again_is_the_same_mail() -> None:
    assert _mail(FIRING)["Message-ID"] == _mail(FIRING)["Message-ID"] == "<d-1@example.com>"


def test_nobody_is_answered_by_an_out_of_office() -> None:
    assert _mail(FIRING)["Auto-Submitted"] == "auto-generated"


@settings(max_examples=40, deadline=None)
@given(hostile)
def test_whatever_a_notice_says_it_is_a_proper_mail(each: Notice) -> None:
    mail = _mail(each)
    assert mail["Bcc"] is None
    assert "<script>" not in _part(mail, "html")
    assert 'href="javascript' not in _part(mail, "html")
