import base64
import json
from datetime import timedelta

import pytest
from hypothesis import given, settings

from meridian.integrations.notice import Notice
from meridian.integrations.outgoing import Request
from meridian.integrations.webhook import request, signature
from tests.integrations.notices import AT, FIRING, hostile
from tests.integrations.receivers.webhook import WebhookReceiver


def _request(each: Notice, there: WebhookReceiver, delivery: str = "d-1") -> Request:
    return request(
        each, delivery=delivery, now=AT, secret=there.secret, url=f"https://example.com{there.path}"
    )


def _take(there: WebhookReceiver, made: Request, body: bytes | None = None, **headers: str) -> int:
    _, status, _ = there.take(there.path, {**made.headers, **headers}, made.body if body is None else body)
    return status


def _receiver() -> WebhookReceiver:
    return WebhookReceiver(clock=lambda: AT.timestamp())


def test_a_signed_notice_is_taken_once() -> None:
    there = _receiver()
    made = _request(FIRING, there)
    assert [_take(there, made), _take(there, made)] == [204, 200]
    assert there.again == ["d-1"]
    assert there.taken[0]["type"] == "incident.firing"
    assert there.taken[0]["data"]["sentence"] == FIRING.sentence


@pytest.mark.parametrize("changed", ["body", "webhook-id", "webhook-timestamp", "webhook-signature"])
def test_whatever_is_changed_on_the_way_is_noticed(changed: str) -> None:
    there = _receiver()
    made = _request(FIRING, there)
    body = made.body.replace(b"SEV", b"sev").replace(b"down", b"up") if changed == "body" else None
    headers = {} if changed == "body" else {changed: made.headers[changed] + "0"}
    assert _take(there, made, body, **headers) == 401


def test_what_was_recorded_cannot_be_played_back_later() -> None:
    there = _receiver()
    made = _request(FIRING, there)
    there.clock = lambda: (AT + timedelta(minutes=6)).timestamp()
    assert _take(there, made) == 401


def test_the_signature_is_that_of_the_published_example() -> None:
    """The example of the Standard Webhooks specification's libraries."""
    body = b'{"test": 2432232314}'
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    found = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_secret_without_the_prefix_counts_as_it_is() -> None:
    same = "whsec_" + base64.b64encode(b"plain words").decode()
    assert signature("plain words", "a", "1", b"x") == signature(same, "a", "1", b"x")


@settings(max_examples=40, deadline=None)
@given(hostile)
def test_whatever_a_notice_says_it_is_json_with_its_words(each: Notice) -> None:
    there = _receiver()
    made = _request(each, there)
    assert _take(there, made) == 204
    assert json.loads(made.body)["data"]["status"] == each.status
