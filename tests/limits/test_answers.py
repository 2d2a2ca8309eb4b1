import pytest

from meridian.limits import answers
from meridian.limits.quota import Quota

CHAT = Quota(100, 60.0, 150)


def test_the_fields_say_what_is_left_and_when_it_is_full_again() -> None:
    assert answers.fields("chat", CHAT, 37, 11.2) == {
        "ratelimit-policy": '"chat";q=100;w=60',
        "ratelimit": '"chat";r=37;t=12',
    }
    assert answers.exact_field("chat", CHAT, 37, 11.2) == "chat;q=100;w=60;r=37;t=12"


def test_a_refusal_says_which_limit_its_window_and_when_to_try_again() -> None:
    problem = answers.exceeded("chat", CHAT, 0.3, 59.7, ["chat", "all"])
    assert problem.status == 429
    assert problem.body["detail"] == "The limit chat allows 100 in 1 minute. Try again in 1 second."
    assert problem.body["violated-policies"] == ["chat", "all"]
    assert problem.headers == {
        "retry-after": "1",
        "x-meridian-limit": "chat",
        "ratelimit-policy": '"chat";q=100;w=60',
        "ratelimit": '"chat";r=0;t=60',
    }
    assert "ratelimit" not in answers.exceeded("chat", CHAT, 0.3, 59.7, ietf=False).headers


def test_a_block_does_not_tell_a_guesser_what_is_blocked() -> None:
    problem = answers.blocked("guessing", 3599.2)
    assert (problem.status, problem.headers["retry-after"]) == (429, "3600")
    assert problem.body["type"].endswith("#abnormal-usage-detected")
    assert not {"account", "address"} & set(problem.body["detail"].split())


def test_a_limit_that_cannot_be_checked_is_a_503_to_be_tried_again() -> None:
    problem = answers.closed("payout")
    assert (problem.status, problem.headers["retry-after"]) == (503, "1")
    assert problem.body["type"].endswith("#temporary-reduced-capacity")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, "1 second"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (90, "90 seconds"),
        (300, "5 minutes"),
        (3600, "1 hour"),
        (5400, "90 minutes"),
        (7200, "2 hours"),
        (86400, "1 day"),
    ],
)
def test_spans_as_people_say_them(seconds: float, said: str) -> None:
    assert answers.span(seconds) == said
