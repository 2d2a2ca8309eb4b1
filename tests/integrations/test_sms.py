from urllib.parse import parse_qs

from hypothesis import given, settings

from meridian.integrations.notice import Notice
from meridian.integrations.outgoing import Answer, Request
from meridian.integrations.sms import BODY, request, text, understood
from tests.integrations.notices import FIRING, RESOLVED, hostile, notice
from tests.integrations.receivers.twilio import TwilioReceiver

URL = "https://api.twilio.com"


def _request(each: Notice, there: TwilioReceiver, sender: str = "+15005550006") -> Request:
    return request(
        each, to="+4915112345678", sender=sender, account=there.account, token=there.token, url=URL
    )


def test_a_text_says_what_is_the_case_and_where_to_look() -> None:
    assert text(FIRING) == (
        "SEV-1: europe-west1 is down. europe-west1 answers 0 of 7 health checks since 12:00:20 "
        "https://ops.example.com/infrastructure/monitoring?incident=1"
    )


def test_the_end_says_how_long_it_lasted() -> None:
    assert "Resolved (SEV-1): europe-west1 is down." in text(RESOLVED)
    assert "It lasted 4m 10s." in text(RESOLVED)


@settings(max_examples=40, deadline=None)
@given(hostile)
def test_whatever_a_notice_says_twilio_takes_the_text(each: Notice) -> None:
    there = TwilioReceiver()
    made = _request(each, there)
    headers = {name.lower(): value for name, value in made.headers.items()}
    problems, status, answer = there.take(made.url.removeprefix(URL), headers, made.body)
    assert (list(problems), status) == ([], 201)
    assert understood(Answer(status, {}, answer))
    assert len(there.taken[0]["Body"]) <= BODY


def test_a_long_sentence_is_cut_and_the_link_is_whole() -> None:
    shown = text(notice(sentence="word " * 200))
    assert len(shown) <= BODY
    assert shown.endswith(f"... {FIRING.link}")


def test_a_link_that_would_take_the_whole_text_is_left_out() -> None:
    assert "https" not in text(notice(link="https://example.com/" + "x" * 300))


def test_a_messaging_service_is_not_a_number() -> None:
    form = parse_qs(_request(FIRING, TwilioReceiver(), "MG" + "0" * 32).body.decode())
    assert form["MessagingServiceSid"] == ["MG" + "0" * 32]
    assert "From" not in form


def test_our_own_typography_does_not_double_the_price() -> None:
    assert text(notice(title="a… b — c", sentence="", link="")).isascii()


def test_only_a_message_with_a_sid_was_taken() -> None:
    assert not understood(Answer(201, {}, "{}"))
    assert not understood(Answer(200, {}, '{"sid": "SM1"}'))
