import json
from uuid import UUID

import pytest

from meridian.loadtest.scenario.crowd import User
from meridian.loadtest.scenario.flow import LONGEST_PAUSE, Client, Step
from meridian.loadtest.scenario.model import StepWritten

USER = User("load-1", "DE", "vip", "EU", 2, "192.0.2.1")


def step(**written: object) -> Step:
    given = {"name": "swipe", "request": "POST /v1/swipe", **written}
    return Step(0, StepWritten.model_validate(given), seed=5)


def client(user: User = USER, begin: float = 0.0) -> Client:
    return Client(user, "x-forwarded-for", "TOKEN", [begin])


def test_a_request_carries_who_asks_from_where_and_nothing_of_the_load_test() -> None:
    asked = step(body={"to": "x"}).ask(7, client())
    assert dict(asked.headers) == {
        "user-agent": "meridian-load",
        "accept": "application/json",
        "x-forwarded-for": "192.0.2.1",
        "authorization": "Bearer TOKEN",
        "content-type": "application/json",
    }
    assert (asked.number, asked.step, asked.origin, asked.region) == (7, 0, 2, "EU")
    assert (asked.method, asked.path, asked.body) == ("POST", "/v1/swipe", b'{"to": "x"}')


def test_a_request_without_a_body_says_no_type_of_one() -> None:
    asked = step(request="GET /v1/feed").ask(1, client(User("", "DE", "", "EU", 0, "")))
    assert "content-type" not in dict(asked.headers)
    assert asked.body == b""


def test_variables_are_filled_in_path_body_and_headers() -> None:
    one = step(
        request="POST /v1/{home}/{tier}/{number}",
        body={"user": "{user}", "country": "{country}", "share": "100%"},
        headers={"X-Device": "{user}", "x-id": "{uuid}", "x-random": "{random}"},
    )
    asked = one.ask(12, client())
    headers = dict(asked.headers)
    assert asked.path == "/v1/EU/vip/12"
    assert json.loads(asked.body) == {"user": "load-1", "country": "DE", "share": "100%"}
    assert headers["x-device"] == "load-1"
    assert UUID(headers["x-id"]).version == 4
    assert 0 <= int(headers["x-random"]) < 1_000_000
    assert one.ask(12, client()).headers == asked.headers
    assert dict(one.ask(13, client()).headers)["x-id"] != headers["x-id"]


def test_a_key_makes_sending_again_harmless_and_is_new_for_each_flow() -> None:
    keyed = step(keyed=True)
    keys = {dict(keyed.ask(number, client()).headers)["idempotency-key"] for number in range(100)}
    assert len(keys) == 100
    assert keyed.ask(0, client()).repeatable
    assert not step().ask(0, client()).repeatable
    assert step(request="PUT /v1/x").ask(0, client()).repeatable


@pytest.mark.parametrize("share", [0.02, 0.1, 0.25, 0.5, 0.7, 1.0])
def test_each_user_takes_a_step_evenly(share: float) -> None:
    one = step(share=share)
    for user in range(20):
        who = client(begin=one.begin(user))
        taken = [one.taken(who, turn) for turn in range(400)]
        assert abs(sum(taken) - 400 * share) <= 1
        window = round(1 / share)
        assert all(sum(taken[n : n + window]) <= 2 for n in range(400 - window))


def test_not_all_users_take_a_step_in_the_same_turn() -> None:
    one = step(share=0.1)
    taken = sum(one.taken(client(begin=one.begin(user)), 0) for user in range(2000))
    assert taken / 2000 == pytest.approx(0.1, abs=0.03)


def test_pauses_are_fixed_or_vary_around_what_is_written() -> None:
    fixed, varying = step(think="2s"), step(think="2s", think_varies=True)
    assert {fixed.pause(number) for number in range(50)} == {2.0}
    pauses = [varying.pause(number) for number in range(4000)]
    assert sum(pauses) / 4000 == pytest.approx(2.0, rel=0.06)
    assert 0 <= min(pauses) < 0.01
    assert max(pauses) <= 2.0 * LONGEST_PAUSE
