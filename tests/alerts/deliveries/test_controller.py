"""From the queue to the receivers, through what goes wrong on the way: on a real PostgreSQL, and a clock that the test moves."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from meridian.alerts.deliveries import enqueue
from meridian.alerts.deliveries.controller import CLAIM
from meridian.alerts.deliveries.sending import Sender
from meridian.core.errors import Unavailable
from meridian.integrations.outgoing import Outcome
from meridian.telemetry.kinds import GAUGE
from meridian.telemetry.live.ring import live_of
from tests.alerts.deliveries.bench import HANGING, PATIENT, Bench, config
from tests.integrations.notices import ACKNOWLEDGED, FIRING, RESOLVED, notice
from tests.integrations.receivers import Receivers
from tests.support.waiting import eventually

CHANNELS = ("chat", "pager", "mail", "text", "hook")


async def test_an_incident_reaches_every_channel_from_its_beginning_to_its_end(
    bench: Bench, there: Receivers
) -> None:
    for each in (FIRING, ACKNOWLEDGED, RESOLVED):
        await bench.tell(each, *CHANNELS)
        await bench.cycle()
    assert there.problems == []
    assert [each["event_action"] for each in there.pagerduty.taken] == ["trigger", "acknowledge", "resolve"]
    assert (there.pagerduty.opened, there.pagerduty.open) == ({FIRING.key: 1}, {})
    assert [len(each) for each in (there.slack.taken, there.twilio.taken, there.webhook.taken)] == [3, 3, 3]
    assert len({mail["References"] for _, mail in there.mail.taken}) == 1
    assert {(each.status, each.attempts) for each in await bench.log()} == {("sent", 1)}


async def test_what_is_rolled_back_is_not_told(bench: Bench, there: Receivers) -> None:
    async def fail() -> None:
        async with bench.database.connection() as connection:
            await enqueue(connection, FIRING, ["pager"], bench.clock.now())
            raise RuntimeError("the incident was not stored")

    with pytest.raises(RuntimeError):
        await fail()
    await bench.cycle()
    assert (there.pagerduty.seen, await bench.log()) == ([], [])


async def test_a_channel_named_twice_is_told_once(bench: Bench, there: Receivers) -> None:
    await bench.tell(FIRING, "chat", "chat")
    await bench.cycle()
    assert len(there.slack.taken) == 1


@pytest.mark.parametrize("behaviour", ["error", "hang", "garbage", "close"])
async def test_trouble_is_tried_again_with_growing_pauses(
    bench: Bench, there: Receivers, behaviour: Any
) -> None:
    there.pagerduty.script.extend([behaviour] * 3)
    await bench.tell(FIRING, "pager")
    tries: list[int] = []
    for _ in range(9):
        hangs = behaviour == "hang" and there.pagerduty.script
        bench.deliveries.sender = Sender(timeout=HANGING if hangs else PATIENT)
        await bench.cycle()
        tries.append(len(there.pagerduty.seen))
        bench.clock.advance(1.0)
    assert tries == [1, 2, 2, 3, 3, 3, 3, 4, 4]  # after 1, 2 and 4 seconds
    [line] = await bench.log()
    assert (line.status, line.attempts) == ("sent", 4)
    assert there.pagerduty.opened == {FIRING.key: 1}


async def test_a_refusal_is_not_tried_again(bench: Bench, there: Receivers) -> None:
    there.slack.script.append("refuse")
    await bench.tell(FIRING, "chat")
    await bench.pass_time(120, step=10)
    [line] = await bench.log("chat")
    assert (line.status, line.attempts, line.answer) == ("given_up", 1, "400 invalid_payload")
    assert len(there.slack.taken) == 0


async def test_retry_after_holds_for_the_whole_channel(bench: Bench, there: Receivers) -> None:
    there.slack.script.append("slow_down")
    there.slack.retry_after = "30"
    await bench.tell(FIRING, "chat")
    await bench.cycle()
    await bench.tell(notice(key="another"), "chat")
    await bench.pass_time(29)
    assert len(there.slack.seen) == 1
    await bench.pass_time(2)
    assert len(there.slack.taken) == 2


async def test_a_notice_is_given_up_after_its_time(bench: Bench, there: Receivers) -> None:
    there.pagerduty.otherwise = "error"
    bench.policy = config({"pager": {**_channel(bench, "pager"), "give_up": "2m"}})
    await bench.tell(FIRING, "pager")
    await bench.pass_time(150)
    [line] = await bench.log()
    assert (line.status, line.answer) == ("given_up", "500 something broke")
    assert line.attempts == 7  # at 0, 1, 3, 7, 15, 31 and 63 seconds; the next would be at 123


async def test_the_end_never_overtakes_the_beginning(bench: Bench, there: Receivers) -> None:
    there.webhook.script.append("error")
    await bench.tell(FIRING, "hook")
    await bench.cycle()
    await bench.tell(ACKNOWLEDGED, "hook")
    await bench.cycle()
    assert [each.behaviour for each in there.webhook.seen] == ["error"]
    await bench.pass_time(3)
    assert [each["data"]["status"] for each in there.webhook.taken] == ["firing", "acknowledged"]


async def test_after_a_channel_was_away_it_is_told_how_things_are_now(bench: Bench, there: Receivers) -> None:
    there.slack.otherwise = "error"
    await bench.tell(FIRING, "chat")
    await bench.pass_time(20)
    await bench.tell(ACKNOWLEDGED, "chat")
    await bench.tell(RESOLVED, "chat")
    await bench.pass_time(20)
    there.slack.otherwise = "ok"
    await bench.pass_time(70)
    assert ["Resolved" in each["text"] for each in there.slack.taken] == [True]
    assert [each.status for each in await bench.log()] == ["superseded", "superseded", "sent"]


async def test_a_receiver_that_hangs_holds_up_nobody_else(bench: Bench, there: Receivers) -> None:
    there.slack.script.append("hang")
    await bench.tell(FIRING, "chat", "pager")
    await bench.runner.cycle(bench.deliveries)
    await eventually(lambda: bool(there.pagerduty.taken))
    await eventually(lambda: bench.deliveries.under_way == 1)
    there.slack.let_go()
    await bench.deliveries.settled()
    assert [(each.channel, each.status) for each in await bench.log()] == [
        ("chat", "waiting"),
        ("pager", "sent"),
    ]


async def test_killed_between_sending_and_noting_it_is_sent_again_as_the_same(
    bench: Bench, there: Receivers
) -> None:
    """The second process knows only what PostgreSQL holds."""
    for name in ("pager", "hook", "mail"):
        await bench.tell(FIRING, name)
    queue, now = bench.queue, bench.clock.now()
    waiting, _ = await queue.look()
    for claimed in await queue.claim([each.id for each in waiting], now, now + CLAIM):
        channel = bench.deliveries.channels()[claimed.channel]
        assert claimed.notice
        outcome = await bench.deliveries.sender.send(
            channel, claimed.notice, delivery=claimed.id, reached=(), now=now
        )
        assert outcome.result == "sent"  # and nobody noted it
    bench.deliveries = bench.process()
    await bench.pass_time(CLAIM.total_seconds() - 1, step=1)
    assert len(there.pagerduty.taken) == 1
    await bench.pass_time(2)
    assert [each["dedup_key"] for each in there.pagerduty.taken] == [FIRING.key] * 2
    assert there.pagerduty.opened == {FIRING.key: 1}
    assert (len(there.webhook.taken), len(there.webhook.again)) == (1, 1)
    assert len({mail["Message-ID"] for _, mail in there.mail.taken}) == 1
    assert {(each.status, each.attempts) for each in await bench.log()} == {("sent", 2)}


async def test_two_processes_do_not_send_the_same(bench: Bench, there: Receivers) -> None:
    await bench.tell(FIRING, "pager")
    other = bench.process()
    await asyncio.gather(bench.deliveries.observe(), other.observe())
    await bench.deliveries.settled()
    await other.settled()
    assert len(there.pagerduty.taken) == 1


async def test_what_postgresql_could_not_note_is_noted_later_and_not_sent_again(
    bench: Bench, there: Receivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bench.tell(FIRING, "pager")

    async def away(claimed: Any, outcome: Outcome, again_at: Any, now: Any) -> None:
        raise Unavailable("PostgreSQL does not answer")

    with monkeypatch.context() as patched:
        patched.setattr("meridian.alerts.deliveries.controller.Queue.record", lambda self, *more: away(*more))
        await bench.cycle()
        with pytest.raises(Unavailable):
            await bench.deliveries.observe()
    await bench.pass_time(60, step=5)
    assert len(there.pagerduty.taken) == 1
    assert [each.status for each in await bench.log()] == ["sent"]


async def test_a_channel_that_is_configured_no_more_is_said(bench: Bench) -> None:
    await bench.tell(FIRING, "pager")
    bench.policy = config({})
    await bench.cycle()
    [line] = await bench.log()
    assert (line.status, line.answer) == ("given_up", "no channel is called pager any more")


async def test_a_notice_of_another_version_is_said(bench: Bench) -> None:
    await bench.tell(FIRING, "pager")
    async with bench.database.connection() as connection:
        await connection.execute('UPDATE alert_delivery SET notice = notice || \'{"mood": "fine"}\'')
    await bench.cycle()
    [line] = await bench.log()
    assert (line.status, "cannot be read" in line.answer) == ("given_up", True)


async def test_hostile_text_is_stored_and_sent(bench: Bench, there: Receivers) -> None:
    await bench.tell(notice(sentence="zero \x00 byte", title="a\r\nBcc: b"), *CHANNELS)
    await bench.cycle()
    assert {each.status for each in await bench.log()} == {"sent"}
    assert there.problems == []


async def test_no_secret_stands_in_the_queue_the_log_or_the_journal(bench: Bench, there: Receivers) -> None:
    secrets = [there.slack.path, there.pagerduty.key, there.twilio.token, there.webhook.secret]
    for receiver in there.http:
        receiver.take = lambda path, headers, body: ([f"I got {path} {headers} {body!r}"], 400, "")  # type: ignore[method-assign]
    await bench.tell(FIRING, *CHANNELS)
    await bench.cycle(2)
    async with bench.database.connection() as connection:
        kept = ""
        for table in ("alert_delivery", "alert_channel"):
            cursor = await connection.execute(f"SELECT * FROM {table}".encode())
            kept += repr(await cursor.fetchall())
    shown = kept + repr(bench.journal.entries) + repr(bench.policy) + repr(bench.deliveries)
    assert "I got" in kept
    assert [secret for secret in secrets if secret in shown] == []


# Dead channels ------------------------------------------------------------------------------------------


async def test_a_dead_channel_is_told_on_the_others_and_so_is_its_return(
    bench: Bench, there: Receivers
) -> None:
    await bench.cycle()
    there.slack.otherwise = "error"
    await bench.tell(FIRING, "chat")
    await bench.pass_time(70)
    assert bench.sentences() == [
        "channel chat is dead: 7 failures in a row since 12:00:30, last: 500 something broke"
    ]
    [event] = there.pagerduty.taken
    assert (event["event_action"], event["dedup_key"]) == ("trigger", "channel-dead-chat")
    assert "Alerts do not get through on chat" in event["payload"]["summary"]
    assert len(there.mail.taken) == len(there.twilio.taken) == len(there.webhook.taken) == 1
    assert there.slack.taken == []
    there.slack.otherwise = "ok"
    await bench.pass_time(70)
    assert bench.sentences()[1].startswith("channel chat works again after ")
    assert there.pagerduty.open == {}
    assert len(there.slack.taken) == 1


async def test_what_waits_is_sent_once_something_gets_through(bench: Bench, there: Receivers) -> None:
    there.slack.otherwise = "error"
    for n in range(3):
        await bench.tell(notice(key=f"i{n}"), "chat")
    await bench.pass_time(20)
    there.slack.otherwise = "ok"
    bench.clock.advance(12)  # to the next try, at the 31st second
    await bench.cycle(2)
    assert len(there.slack.taken) == 3


async def test_a_dead_channel_that_a_rule_looks_at_is_left_to_its_rule(
    bench: Bench, there: Receivers
) -> None:
    rule = {
        "condition": {"metric": "channel_up", "by": ["what"], "below": 0.5},
        "title": "no alerts on {what}",
        "sentence": "channel {what} is dead",
    }
    channels = {name: _channel(bench, name) for name in CHANNELS}
    bench.policy = config(channels, rules={"channels": rule})
    await bench.cycle()
    there.slack.script.append("refuse")
    await bench.tell(FIRING, "chat")
    await bench.cycle(3)
    assert len(bench.sentences()) == 1
    assert there.pagerduty.seen == []


async def test_each_second_the_gauge_says_which_channels_are_dead(bench: Bench, there: Receivers) -> None:
    there.slack.script.append("refuse")
    await bench.tell(FIRING, "chat")
    await bench.pass_time(5, step=0.25)
    until_now = int(bench.clock.now().timestamp())
    ring = live_of(bench)  # type: ignore[arg-type]
    cube = ring.cubes(GAUGE, until_now - 3, until_now, by=("what",), where={"name": ["channel_up"]})
    means = {labels[2]: cell.sums[1] / cell.sums[0] for labels, cell in cube.cells.items()}
    assert means == {name: float(name != "chat") for name in CHANNELS}


async def test_a_decision_about_a_channel_is_decided_again_from_its_evidence(
    bench: Bench, there: Receivers
) -> None:
    await bench.cycle()
    there.slack.script.append("refuse")
    await bench.tell(FIRING, "chat")
    await bench.cycle(2)
    await bench.tell(RESOLVED, "chat")
    await bench.cycle(2)
    entries = list(bench.journal.entries.values())
    assert [entry.kind for entry in entries] == ["channel-dead", "channel-works"]
    for entry in entries:
        [again] = bench.deliveries.replay(bench.policy, entry.evidence)
        assert (again.sentence, again.evidence) == (entry.sentence, entry.evidence)


async def test_a_restart_while_a_channel_is_dead_does_not_tell_it_again(
    bench: Bench, there: Receivers
) -> None:
    await bench.cycle()
    there.slack.script.append("refuse")
    await bench.tell(FIRING, "chat")
    await bench.cycle(2)
    bench.deliveries = bench.process()
    bench.runner._states.clear()
    await bench.cycle(2)
    assert len(bench.sentences()) == 1


async def test_old_lines_of_the_log_are_forgotten_and_waiting_ones_never(
    bench: Bench, there: Receivers
) -> None:
    await bench.tell(FIRING, "chat")
    await bench.cycle()
    there.slack.otherwise = "error"
    await bench.tell(replace(FIRING, key="waits"), "chat")
    bench.clock.advance(91 * 86400)
    await bench.cycle()
    assert [each.incident for each in await bench.log()] == ["waits"]


async def test_the_log_is_read_page_by_page_and_by_what_one_looks_for(bench: Bench) -> None:
    for n in range(5):
        await bench.tell(notice(key=f"i{n}"), "chat", "pager")
    first = await bench.queue.log(limit=4)
    rest = await bench.queue.log(limit=100, before=first[-1].sequence)
    assert [each.sequence for each in (*first, *rest)] == sorted(
        (e.sequence for e in (*first, *rest)), reverse=True
    )
    assert len(rest) == 6
    assert {each.channel for each in await bench.queue.log(incident="i3")} == {"chat", "pager"}
    assert len(await bench.queue.log(channel="chat", status="waiting")) == 5
    assert await bench.queue.log(status="sent") == []


def _channel(bench: Bench, name: str) -> dict[str, Any]:
    channel = bench.deliveries.channels()[name]
    return channel.model_dump(mode="json", exclude_none=True, by_alias=True)
