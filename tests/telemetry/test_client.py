import os
import time
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from meridian.core.errors import InvalidInput
from meridian.telemetry.client import AsyncEventsClient, EventsClient
from meridian.telemetry.events.batch import MOST
from meridian.telemetry.events.buffer import Buffer
from tests.support.waiting import eventually
from tests.telemetry.ear import Ear, listening


@pytest.fixture
def ear() -> Iterator[Ear]:
    with listening() as ear:
        yield ear


@pytest_asyncio.fixture
async def events(ear: Ear) -> AsyncIterator[AsyncEventsClient]:
    client = AsyncEventsClient(ear.url, "mrd_app", region="EU", every=0.05, jitter=lambda: 0.0)
    async with client:
        yield client


async def test_events_arrive_with_an_id_a_time_and_the_clients_region(
    ear: Ear, events: AsyncEventsClient
) -> None:
    events.send("token.spent", amount=5)
    events.send("payout", payout="p1", state="paid", amount=1, currency="EUR", region="US", id="mine")
    await eventually(lambda: len(ear.taken) == 2)
    spent, payout = ear.taken.values()
    assert (spent["region"], payout["region"], payout["id"]) == ("EU", "US", "mine")
    assert ear.tokens == {"Bearer mrd_app"}
    await eventually(lambda: events.told().accepted == 2)
    assert (events.told().waiting, events.told().trouble) == (0, "")


@pytest.mark.parametrize(
    ("type", "fields", "reason"),
    [
        ("token.spent", {}, "amount: this is missing"),
        ("coffee", {}, "there is no such event"),
        ("panic", {"panic": "p", "state": "started", "region": "E U"}, "region: "),
    ],
)
async def test_a_mistake_is_raised_where_it_is_made(
    ear: Ear, events: AsyncEventsClient, type: str, fields: dict[str, str], reason: str
) -> None:
    with pytest.raises(InvalidInput, match=reason):
        events.send(type, **fields)
    assert events.told().waiting == 0


@pytest.mark.parametrize(
    "wrong",
    [
        (503, {"retry-after": "0"}, b'{"detail": "PostgreSQL does not answer"}'),
        (429, {}, b""),
        (500, {}, b"oops"),
        (401, {}, b"{}"),
        (200, {}, b"<html>a proxy</html>"),
        (200, {}, b'{"accepted": null, "duplicates": 0, "refused": []}'),
        (302, {"location": "http://127.0.0.1:1/"}, b""),
    ],
)
async def test_a_batch_is_sent_again_until_it_is_taken_and_counts_once(
    ear: Ear, events: AsyncEventsClient, wrong: tuple[int, dict[str, str], bytes]
) -> None:
    ear.planned.append(wrong)
    events.send("token.spent", amount=5)
    await eventually(lambda: len(ear.heard) == 1 and events.told().trouble != "")
    await eventually(lambda: events.told().accepted == 1)
    assert ear.heard[0] == ear.heard[1]
    assert (events.told().waiting, events.told().trouble) == (0, "")


async def test_an_answer_that_was_lost_makes_a_duplicate_and_nothing_else(
    ear: Ear, events: AsyncEventsClient
) -> None:
    events.send("token.spent", amount=5, id="one")
    await eventually(lambda: events.told().accepted == 1)
    events.send("token.spent", amount=5, id="one")
    await eventually(lambda: events.told().duplicates == 1)
    assert len(ear.taken) == 1


@pytest.mark.parametrize("status", [400, 413, 422])
async def test_a_batch_that_will_never_be_taken_keeps_nothing_waiting(
    ear: Ear, events: AsyncEventsClient, status: int
) -> None:
    ear.planned.append((status, {}, b'{"detail": "the body is larger than 3 bytes"}'))
    events.send("token.spent", amount=5)
    await eventually(lambda: events.told().refused == 1)
    assert f"({status}): the body is larger than 3 bytes" in events.told().trouble
    events.send("token.spent", amount=6)
    await eventually(lambda: events.told().accepted == 1)


async def test_what_control_asks_for_is_waited_for(ear: Ear, events: AsyncEventsClient) -> None:
    ear.planned.append((503, {"retry-after": "1"}, b""))
    began = time.monotonic()
    events.send("token.spent", amount=5)
    await eventually(lambda: events.told().accepted == 1)
    assert time.monotonic() - began >= 1.0


async def test_many_events_leave_in_full_batches(ear: Ear, events: AsyncEventsClient) -> None:
    for _ in range(2 * MOST + 5):
        events.send("token.spent", amount=1)
    await eventually(lambda: events.told().accepted == 2 * MOST + 5)
    assert sorted(map(len, ear.heard)) == [5, MOST, MOST]


def test_a_full_buffer_lets_the_oldest_go_and_says_so() -> None:
    buffer = Buffer(MOST)
    for number in range(MOST + 3):
        buffer.put({"id": str(number)})
    told = buffer.told()
    assert (told.dropped, told.waiting, buffer.batch()[0]["id"]) == (3, MOST, "3")


def test_what_gave_way_while_it_was_sent_is_not_missed() -> None:
    buffer = Buffer(MOST)
    for number in range(MOST):
        buffer.put({"id": str(number)})
    batch = buffer.batch()
    for number in range(MOST, MOST + 10):
        buffer.put({"id": str(number)})
    buffer.done(batch, accepted=MOST)
    assert [each["id"] for each in buffer.batch()] == [str(number) for number in range(MOST, MOST + 10)]


@pytest.mark.parametrize(
    ("url", "token", "reason"),
    [
        ("control.example", "t", "is not the address of control"),
        ("http://x", "", "is no token"),
        ("http://x", "secret\n", "is no token"),
    ],
)
def test_what_cannot_work_is_refused_at_once_without_telling_the_token(
    url: str, token: str, reason: str
) -> None:
    with pytest.raises(InvalidInput, match=reason) as raised:
        EventsClient(url, token)
    assert "secret" not in str(raised.value)


def test_a_program_without_asyncio_sends_from_a_thread_and_all_at_its_end(ear: Ear) -> None:
    with EventsClient(ear.url, "mrd_app", region="EU", every=30.0) as events:
        for _ in range(10):
            events.send("token.spent", amount=1)
    assert len(ear.taken) == 10
    assert (events.told().accepted, events.told().waiting) == (10, 0)


def test_closing_does_not_wait_for_control_longer_than_it_is_told(ear: Ear) -> None:
    events = EventsClient("http://127.0.0.1:1", "mrd_app", region="EU")
    events.send("token.spent", amount=1)
    began = time.monotonic()
    events.close(0.3)
    assert time.monotonic() - began < 5.0
    assert events.told().waiting == 1
    assert "did not answer" in events.told().trouble


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_sends_its_own_events_and_none_of_its_parents(ear: Ear) -> None:
    events = EventsClient(ear.url, "mrd_app", region="EU", every=30.0)
    events.send("token.spent", amount=1, id="parent")
    child = os.fork()
    if not child:
        try:
            events.send("token.spent", amount=1, id="child")
            events.close()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert "child" in ear.taken
    events.close()
    assert sorted(each["id"] for batch in ear.heard for each in batch) == ["child", "parent"]
