import pytest

from meridian.cli.load.run import _opening, _preparing
from meridian.loadtest.conducting import Options
from meridian.loadtest.plan import Shard
from tests.loadtest.scenario.scenarios import of, small
from tests.loadtest.scenario.targets import SomeFaults, signer, target

THERE = target(faults=SomeFaults(), sign=signer())


def test_a_shard_names_its_own_rate_beside_that_of_all() -> None:
    plan = small().plan(THERE, seed=1, rate=200)
    whole = _opening(plan, THERE, Options("evening"))
    assert "up to 650 requests a second for 40 s against local (run evening" in whole
    assert "shard" not in whole
    part = _opening(plan, THERE, Options("evening", shard=Shard(1, 5)))
    assert "up to 650 requests a second (shard 2 of 5: up to 130 a second) for 40 s" in part


def test_users_of_a_closed_model_are_dealt_out() -> None:
    text = (
        "{name: c, title: C, load: {model: closed, at_once: 5, phases: [{name: on, for: 9s}]}, flow: [FLOW]}"
    )
    plan = of(text.replace("FLOW", "{name: feed, request: GET /v1/feed}")).plan(THERE, seed=1)
    assert "5 users at once (shard 2 of 2: 2)" in _opening(plan, THERE, Options("c", shard=Shard(1, 2)))


@pytest.mark.parametrize(("shard", "users"), [(Shard(), "100 users"), (Shard(0, 4), "25 users")])
def test_what_takes_its_time_is_said(shard: Shard, users: str) -> None:
    plan = small().plan(THERE, seed=1)
    assert _preparing(plan, shard) == f"preparing {users} (signing their tokens) ..."
