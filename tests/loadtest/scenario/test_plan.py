import pickle
import time

import jwt

from meridian.loadtest.outcomes import CHECK, OK
from meridian.loadtest.plan import Answer, Plan, Shard
from meridian.loadtest.scenario.plan import ScenarioPlan
from tests.loadtest.scenario.scenarios import of, small
from tests.loadtest.scenario.targets import SomeFaults, signer, target

CLOSED = """\
name: closed
title: A closed model
load: {model: closed, at_once: 20, phases: [{name: hold, for: 30s}]}
users: {count: 60}
flow: [{name: feed, request: GET /v1/feed}]
"""


def planned(seed: int = 1, **more: object) -> ScenarioPlan:
    return small().plan(target(faults=SomeFaults(), sign=signer()), seed=seed, **more)  # type: ignore[arg-type]


def test_it_is_what_the_engine_sends() -> None:
    plan: Plan = planned()
    assert plan.seconds == 40.0
    assert [(step.name, step.service, step.request) for step in plan.steps] == [
        ("swipe", "matching-engine", "POST /v1/swipe?n={number}"),
        ("feed", "api-gateway", "GET /v1/feed"),
        ("chat", "api-gateway", "POST /v1/chat"),
        ("last", "api-gateway", "DELETE /v1/last"),
    ]


def test_every_process_works_out_the_same() -> None:
    """Pickled as to a spawned process, in parts, before and after `prepare`, in any order."""
    whole = planned()
    whole.prepare(Shard())
    other: ScenarioPlan = pickle.loads(pickle.dumps(whole))
    other.prepare(Shard(1, 3))
    for number in reversed(range(1, 100, 3)):
        one, another = whole.begin(number), other.begin(number)
        assert one is not None
        assert another is not None
        assert (one.path, one.body, one.origin, one.region) == (
            another.path,
            another.body,
            another.origin,
            another.region,
        )
        plain = [[h for h in asked.headers if h[0] != "authorization"] for asked in (one, another)]
        assert plain[0] == plain[1]


def test_users_take_turns_and_only_those_of_the_shard_are_signed_for() -> None:
    plan = planned()
    told: list[tuple[int, int]] = []
    plan.prepare(Shard(3, 4), lambda done, of: told.append((done, of)))
    assert told[0] == (0, 25)
    assert told[-1] == (25, 25)
    asking = {dict(plan.begin(n).headers)["x-device"] for n in range(3, 700, 4)}  # type: ignore[union-attr]
    assert asking == {f"load-00000001-{n}" for n in range(3, 100, 4)}


def test_tokens_outlive_the_run() -> None:
    plan = planned()
    asked = plan.begin(0)
    assert asked is not None
    token = dict(asked.headers)["authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["sub"] == "load-00000001-0"
    assert claims["exp"] - time.time() > plan.seconds + plan.timeout + 3000


def test_a_flow_goes_from_step_to_step_with_its_pauses() -> None:
    plan = planned()
    fine = Answer(200, body=b"{}")
    seen = set()
    for number in range(400):
        asked = plan.begin(number)
        names, pauses = [], []
        while asked is not None:
            names.append(plan.steps[asked.step].name)
            following = plan.follow(asked, fine)
            asked = following[1] if following else None
            pauses.append(following[0] if following else 0.0)
        with_feed = "feed" in names
        assert names == (["swipe", "feed", "chat", "last"] if with_feed else ["swipe", "chat", "last"])
        assert pauses[-2:] == [0.0, 0.0]
        assert not with_feed or pauses[0] == 2.0
        seen.add(with_feed)
    assert seen == {True, False}


def test_a_required_step_that_fails_ends_its_flow_and_others_do_not() -> None:
    plan = planned()
    first = plan.begin(0)
    assert first is not None
    assert plan.follow(first, Answer(500)) is not None
    asked = first
    while plan.steps[asked.step].name != "chat":
        following = plan.follow(asked, Answer(500))
        assert following is not None
        asked = following[1]
    assert plan.follow(asked, Answer(500)) is None
    assert plan.follow(asked, Answer(204)) is not None


def test_an_answer_is_judged_by_the_checks_of_its_own_step() -> None:
    plan = planned()
    asked = plan.begin(0)
    assert asked is not None
    home = asked.state.user.home
    assert plan.judge(asked, Answer(200, body=f'{{"home": "{home}"}}'.encode())).outcome == OK
    assert plan.judge(asked, Answer(200, body=b'{"home": "MOON"}')).outcome == CHECK


def test_a_closed_model_asks_without_end_and_shares_its_users_out() -> None:
    plan = of(CLOSED).plan(target(), seed=1, scale=0.5)
    assert plan.closed == 10
    found = plan.arrivals(Shard(1, 4))
    assert [(one.number, one.at) for one in (next(found) for _ in range(3))] == [(1, 0.0), (5, 0.0), (9, 0.0)]
    assert plan.flow[0].name == "feed"
    assert len(plan.crowd) == 30
    plan.prepare(Shard(0, 2))
    assert plan.begin(1_000_000) is not None


def test_flows_are_counted_before_the_run() -> None:
    plan = planned(seconds=20.0)
    assert plan.flows() == sum(1 for _ in plan.arrivals(Shard()))
    random = small(arrivals="poisson").plan(target(faults=SomeFaults()), seed=4)
    assert random.flows() == sum(1 for index in range(3) for _ in random.arrivals(Shard(index, 3)))
