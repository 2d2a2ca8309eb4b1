"""What is said of a process that sends, when it has ended otherwise than it should."""

import pickle
from types import SimpleNamespace
from typing import Any

import pytest

from meridian.loadtest.engine.sending import Sending, order
from meridian.loadtest.plan import Shard
from tests.loadtest.engine.plans import PlainPlan, origin


async def sending(code: int | None) -> Sending:
    process: Any = SimpleNamespace(returncode=code, stdin=None)
    return Sending(2, process, lambda taken: None)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (None, "ended too soon"),
        (4, "ended too soon, with exit status 4"),
        (-9, "was killed by SIGKILL"),
        (-99, "was killed by signal 99"),
    ],
)
async def test_its_ending_follows_its_name_in_a_sentence(code: int | None, sentence: str) -> None:
    one = await sending(code)
    assert f"{one.name} {one.ending()}" == f"load generator 2 {sentence}"


async def test_what_it_said_itself_goes_before_its_exit_status() -> None:
    one = await sending(1)
    one.failure = "the file of authorities cannot be read"
    assert one.ending() == "could not go on: the file of authorities cannot be read"


async def test_to_one_that_is_gone_nothing_is_said() -> None:
    one = await sending(0)
    one.begin(1.0)
    one.stop()
    one.halt()


def test_an_order_is_the_plan_and_its_part_of_the_run() -> None:
    plan = PlainPlan([origin(80)], rate=7.0)
    assert pickle.loads(order(plan, Shard(1, 3))) == (plan, Shard(1, 3))
