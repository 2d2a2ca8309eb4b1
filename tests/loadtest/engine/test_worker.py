"""A process that sends, spoken to as its coordinator does."""

import pickle
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from meridian.loadtest.engine.messages import MOMENT, NOTE, Kind, Message, read_blocking
from meridian.loadtest.engine.sending import COMMAND, order
from meridian.loadtest.engine.worker import ABANDONED
from meridian.loadtest.plan import Shard
from meridian.loadtest.record import Record
from tests.loadtest.engine.plans import PlainPlan, origin
from tests.support.ports import reserve


@pytest.fixture
def worker() -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
        yield process
        process.kill()


def say(process: "subprocess.Popen[bytes]", *messages: Message) -> None:
    assert process.stdin is not None
    for message in messages:
        process.stdin.write(message.packed())


def heard(process: "subprocess.Popen[bytes]") -> Iterator[Message]:
    while (message := read_blocking(process.stdout)) is not None:  # type: ignore[arg-type]
        yield message


def ordered(plan: PlainPlan) -> tuple[Message, Message]:
    return Message(Kind.PATHS, pickle.dumps(sys.path)), Message(Kind.PLAN, order(plan, Shard()))


def test_it_says_that_it_is_ready_then_each_second_then_the_end(worker: "subprocess.Popen[bytes]") -> None:
    say(worker, *ordered(PlainPlan([origin(reserve()[0])], rate=50, seconds=1.2, timeout=20)))
    said = heard(worker)
    assert next(said).kind is Kind.READY
    say(worker, Message(Kind.START, MOMENT.pack(time.monotonic() + 0.05)))
    rest = list(said)
    assert [message.kind for message in rest] == [Kind.SECOND] * (len(rest) - 1) + [Kind.END]
    assert len(rest) >= 2
    record = Record(20)
    for message in rest:
        record.merge(message.body[NOTE.size :])
    assert record.between(0, 9).count() == record.between(0, 9).due == 60
    assert worker.wait(30) == 0


def test_one_whose_coordinator_is_gone_before_the_start_ends(worker: "subprocess.Popen[bytes]") -> None:
    say(worker, *ordered(PlainPlan([origin(1)])))
    assert next(heard(worker)).kind is Kind.READY
    assert worker.stdin is not None
    worker.stdin.close()
    assert worker.wait(30) == ABANDONED


def test_one_that_cannot_begin_says_why(worker: "subprocess.Popen[bytes]") -> None:
    say(worker, *ordered(PlainPlan([origin(1, tls=True, ca="no-such-file.pem")])))
    (only,) = heard(worker)
    assert only.kind is Kind.FAILED
    assert "cannot be read from no-such-file.pem" in only.body.decode()
    assert worker.wait(30) == 1
