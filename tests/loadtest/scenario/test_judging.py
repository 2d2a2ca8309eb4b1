import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meridian.loadtest.outcomes import BROKEN, CHECK, ERROR, LIMITED, OK, REFUSED, TIMEOUT, UNAVAILABLE
from meridian.loadtest.plan import BROKE, TIMED_OUT, Answer, Seen
from meridian.loadtest.scenario.crowd import User
from meridian.loadtest.scenario.judging import LONGEST_NAME, MOST_NAMES, OTHER, Judge, Reader, header, names
from meridian.loadtest.scenario.model import ChecksWritten
from meridian.loadtest.settings import Answers

USER = User("load-1", "DE", "free", "EU", 0, "192.0.2.1")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Foo:  bar \r\n"
TOLD = {
    "served_by": "europe-west1",
    "version": "7",
    "home": "EU",
    "tier": "free",
    "a": {"b": [1, True, None]},
}


def judge(custom: Any = (), **checks: object) -> Judge:
    allowed = {"EU": frozenset({"europe-west1", "europe-west4"})}
    return Judge(ChecksWritten.model_validate(checks), Reader(Answers()), allowed, custom)


def answer(status: int = 200, body: object = None, **more: object) -> Answer:
    content = json.dumps(TOLD if body is None else body).encode()
    return Answer(**{"status": status, "head": HEAD, "body": content, **more})  # type: ignore[arg-type]


def wrong(given: Answer, **checks: object) -> str:
    """The check that objects."""
    seen = judge(**checks).seen(USER, given)
    assert (seen.outcome == CHECK) == bool(seen.detail)
    return seen.detail


def test_an_answer_tells_who_answered_and_which_version() -> None:
    assert judge().seen(USER, answer()) == Seen(OK, "europe-west1", "7", "")
    assert judge().seen(USER, answer(body={"version": 3})) == Seen(OK, "", "3", "")


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        (Answer(BROKE, detail="connection refused"), Seen(BROKEN, "", "", "connection refused")),
        (Answer(TIMED_OUT, detail="no answer"), Seen(TIMEOUT, "", "", "no answer")),
        (answer(500), Seen(ERROR, "europe-west1", "7", "500")),
        (
            answer(503, {"title": "No region may serve this"}),
            Seen(UNAVAILABLE, "", "", "503 No region may serve this"),
        ),
        (answer(404, {"title": "Not Found"}), Seen(REFUSED, "", "", "404 Not Found")),
        (answer(429, {"limit": "swipe"}), Seen(LIMITED, "", "", "swipe")),
        (answer(429, {}), Seen(LIMITED, "", "", "429")),
    ],
)
def test_other_answers_are_told_by_their_status_and_their_problem(given: Answer, seen: Seen) -> None:
    assert judge(home=True, tier=True, within="1ms", fields={"x": 1}).seen(USER, given) == seen


def test_home_tier_and_residency_are_the_users_own() -> None:
    asked = {"home": True, "tier": True, "residency": True}
    assert wrong(answer(), **asked) == ""
    assert wrong(answer(body={**TOLD, "home": "US"}), **asked) == "home"
    assert wrong(answer(body={**TOLD, "tier": None}), **asked) == "tier"
    assert wrong(answer(body={**TOLD, "served_by": "us-central1"}), **asked) == "residency"
    assert wrong(answer(body={"home": "EU", "tier": "free"}), **asked) == "residency"
    assert wrong(answer(body=[]), **asked) == "home"


def test_what_is_bound_to_nothing_may_come_from_anywhere() -> None:
    free = Judge(ChecksWritten(residency=True), Reader(Answers()), {})
    assert free.seen(USER, answer(body={"served_by": "us-central1"})).outcome == OK


def test_a_user_without_a_tier_is_not_asked_for_one() -> None:
    nobody = User("", "DE", "", "EU", 0, "")
    assert judge(tier=True).seen(nobody, answer(body={"tier": None})).outcome == OK


def test_a_time_is_from_when_it_was_due() -> None:
    assert wrong(answer(ms=200.0), within="200ms") == ""
    assert wrong(answer(ms=200.1), within="200ms") == "within"


def test_an_expected_status_is_well_and_no_other_is() -> None:
    assert judge(status=403).seen(USER, answer(403)).outcome == OK
    assert wrong(answer(204), status=[200, 201]) == "status"
    assert judge(status=200).seen(USER, answer(502)).outcome == ERROR
    assert judge(status=429).seen(USER, answer(429)).outcome == OK


def test_headers_and_fields_equal_what_is_written() -> None:
    assert wrong(answer(), headers={"x-foo": "bar"}) == ""
    assert wrong(answer(), headers={"X-Foo": "baz"}) == "header x-foo"
    assert wrong(answer(), headers={"x-missing": "1"}) == "header x-missing"
    assert wrong(answer(), fields={"a.b.0": 1, "a.b.1": True}) == ""
    assert wrong(answer(), fields={"a.b.9": 1}) == "field a.b.9"
    assert wrong(answer(), fields={"a.b": "x"}) == "field a.b"
    assert wrong(Answer(200, body=b"no json"), fields={"a": 1}) == "field a"


def test_a_limit_is_as_promised_when_it_has_a_name_and_says_when_to_try_again() -> None:
    promised = answer(429, {"limit": "swipe"}, head=b"HTTP/1.1 429\r\nRetry-After: 3\r\n")
    named = answer(429, {}, head=b"retry-after: 3\r\nX-Meridian-Limit: chat\r\n")
    assert judge(limit=True).seen(USER, promised) == Seen(LIMITED, "", "", "swipe")
    assert judge(limit=True).seen(USER, named) == Seen(LIMITED, "", "", "chat")
    assert wrong(answer(429, {"limit": "swipe"}), limit=True) == "limit"
    assert wrong(answer(429, {}, head=b"retry-after: 3\r\n"), limit=True) == "limit"


def test_checks_of_ones_own_are_asked_last_and_may_fail_themselves() -> None:
    def fine(given: Answer, user: User) -> None:
        assert user.home == "EU"

    custom = [("fine", fine), ("broken", lambda given, user: 1 / 0)]
    assert judge(custom).seen(USER, answer()) == Seen(CHECK, "europe-west1", "7", "broken")
    assert judge([("text", lambda given, user: "not this")]).seen(USER, answer()).detail == "text"
    assert judge([("yes", lambda given, user: True)]).seen(USER, answer()).outcome == OK
    assert judge([("no", lambda given, user: False)]).seen(USER, answer()).outcome == CHECK


def test_names_have_no_end_in_hostile_answers_and_the_record_has() -> None:
    asked = judge()
    found = {asked.seen(USER, answer(body={"served_by": f"place-{n}"})).location for n in range(1000)}
    assert OTHER in found
    assert len(found) <= MOST_NAMES + 1
    long = answer(body={"served_by": "x" * (LONGEST_NAME + 1)})
    assert judge().seen(USER, long).location == OTHER
    assert judge().seen(USER, answer(body={"served_by": "a\u0000b"})).location == OTHER


HOSTILE = (
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["served_by", "version", "home", "tier", "title", "limit", "a"]), inner
            )
        ),
        max_leaves=12,
    ).map(lambda value: msgspec.json.encode(value))
    | st.sampled_from(
        [b"[" * 5000, b'{"a":' * 5000, b'{"served_by": "\\ud800"}', b'{"version": 1e999}', b"\xff\xfe"]
    )
)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([-1, 0, 100, 200, 204, 301, 400, 429, 500, 503, 599]), st.binary(max_size=100), HOSTILE
)
def test_no_answer_makes_it_fail(status: int, head: bytes, body: bytes) -> None:
    checks = {"home": True, "tier": True, "residency": True, "limit": True, "within": "1s"}
    for asked in (
        judge(),
        judge(**checks),
        judge(fields={"a.0.b": "x", "served_by": "y"}, headers={"x": "y"}),
    ):
        seen = asked.seen(USER, Answer(status, head, body))
        assert all(isinstance(part, str) for part in seen)
        assert max(map(len, seen)) <= LONGEST_NAME + 4


def test_a_header_is_found_by_its_whole_name() -> None:
    head = b"HTTP/1.1 200 OK\r\nX-Retry-After: 9\r\nretry-after:\t7\r\nempty:\r\nlast: z"
    assert header(head, "Retry-After") == "7"
    assert header(head, "last") == "z"
    assert header(head, "empty") == ""
    assert header(head, "after") == ""
    assert header(b"retry-after: 1", "retry-after") == "1"


def test_checks_are_named_as_their_failures_are() -> None:
    written = ChecksWritten.model_validate(
        {"status": 200, "home": True, "within": "1s", "headers": {"X-A": "1"}, "fields": {"a.b": 1}}
    )
    assert names(written, ["own"]) == ["status", "home", "within", "header x-a", "field a.b", "own"]
