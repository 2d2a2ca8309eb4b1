"""The rules' loop over a real PostgreSQL: what it keeps there, restarts, people at the same time, and PostgreSQL away."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from meridian.alerts.judging import trouble
from meridian.alerts.operations import acknowledge, expire, silence
from meridian.alerts.store import Records
from meridian.core.decision import Decision
from meridian.core.errors import Conflict, InvalidInput, NotFound, Unavailable
from tests.alerts.bench import Bench

BAD = {"error-rate": {("EU",): 0.2}}
GOOD = {"error-rate": {("EU",): 0.0}}
DOWN = {
    "location-outage": {("europe-west1",): 0.0, ("us-central1",): 1.0},
    "service-down": {("chat@europe-west1",): 0.0, ("ai@europe-west1",): 0.0},
}
UP = {
    "location-outage": {("europe-west1",): 1.0, ("us-central1",): 1.0},
    "service-down": {("chat@europe-west1",): 1.0, ("ai@europe-west1",): 1.0},
}


async def test_an_incident_is_stored_with_its_notices_and_ends(watch: Bench) -> None:
    await watch.run(BAD, 20)
    [incident] = await watch.incidents()
    assert incident.title == "Errors in EU"
    assert incident.sentence == "20.0% of requests fail in EU (bound 5%)"
    assert await watch.notices() == [("pager", "firing", "Errors in EU")]
    await watch.run(GOOD, 40)
    assert await watch.incidents() == ()
    assert (await watch.notices())[1:] == [("pager", "resolved", "Errors in EU")]
    [over] = await watch.incidents("resolved")
    assert over.id == incident.id
    assert over.resolved
    assert [decision.kind for decision in await watch.decisions()] == ["incident-opened", "incident-resolved"]


async def test_the_receiver_has_it_ten_seconds_after_the_condition_held_long_enough(watch: Bench) -> None:
    began = watch.clock.now()
    while not await watch.notices() and watch.clock.now() < began + timedelta(seconds=60):
        await watch.run(BAD, 1)
    assert (watch.clock.now() - began).total_seconds() <= 10 + 10  # `for`, and the bound


async def test_the_failover_that_explains_it_is_found_in_the_journal(watch: Bench) -> None:
    await watch.run(UP, 2)
    sentence = (
        "europe-west1: 0 of 4 healthy for 4 services, seen from edge EU, which sends on to europe-west4"
    )
    failover = Decision(
        "regions.recovery", "failover", "europe-west1", sentence, {"edge": "EU", "turns": [{}] * 4}
    )
    await watch.journal.write([failover])
    while not (opened := await watch.incidents()):
        await watch.run(DOWN, 1)
    assert opened[0].cause == sentence, "from its first second"
    await watch.run(DOWN, 20)
    [incident] = await watch.incidents()
    assert incident.cause == sentence
    assert (await watch.journal.get(incident.decision)).sentence == sentence
    async with watch.database.connection() as connection:
        cursor = await connection.execute("SELECT DISTINCT notice->>'cause' AS cause FROM alert_delivery")
        assert [row["cause"] for row in await cursor.fetchall()] == [sentence]


async def test_a_restart_neither_resolves_nor_tells_again(watch: Bench) -> None:
    await watch.run(DOWN, 20)
    told = await watch.notices()
    before = await watch.incidents()
    watch.restart()
    watch.dial.covers = False
    watch.clock.advance(600)
    await watch.run({}, 20)
    watch.dial.covers = True
    await watch.run(DOWN, 20)
    assert await watch.notices() == told
    assert [each.id for each in await watch.incidents()] == [each.id for each in before]
    await watch.run(UP, 40)
    assert sorted(await watch.notices())[1::2] == [
        (channel, "resolved", "Location down: europe-west1") for channel in ("chat", "mail", "pager")
    ]


async def test_how_long_a_condition_holds_survives_a_restart(watch: Bench) -> None:
    await watch.run(BAD, 8)
    watch.restart()
    await watch.run(BAD, 6)
    assert len(await watch.incidents()) == 1


async def test_acknowledging_is_told_kept_and_can_be_taken_back(watch: Bench) -> None:
    await watch.run(BAD, 20)
    [incident] = await watch.incidents()
    known, decision = await acknowledge(watch, incident.id[:8], "ann", "I look")  # type: ignore[arg-type]
    assert known.state == "acknowledged"
    assert decision.sentence == "ann takes care of Errors in EU: I look"
    await watch.run(BAD, 20)
    [still] = await watch.incidents()
    assert still.acknowledged
    assert still.acknowledged.by == "ann"
    assert (await watch.notices())[-1] == ("pager", "acknowledged", "Errors in EU")
    with pytest.raises(Conflict, match="ann already acknowledged"):
        await acknowledge(watch, incident.id, "bob", "me too")  # type: ignore[arg-type]
    assert decision.undo
    await watch.rules.actuate(Decision("alerts.rules", "undo", "EU", "back", action=decision.undo))
    await watch.run(BAD, 2)
    assert [each.state for each in await watch.incidents()] == ["open"]
    await watch.run(GOOD, 40)
    with pytest.raises(Conflict, match="ended at"):
        await acknowledge(watch, incident.id, "bob", "late")  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        await acknowledge(watch, "ffffffff", "bob", "none")  # type: ignore[arg-type]


async def test_a_silence_ends_by_itself_and_by_hand(watch: Bench) -> None:
    made, decision = await silence(watch, {"region": ["E*"]}, 60, "ann", "known")  # type: ignore[arg-type]
    assert decision.sentence == "ann silences region E* for 1m: known"
    await watch.run(BAD, 40)
    [incident] = await watch.incidents()
    assert incident.silenced
    assert await watch.notices() == []
    await watch.run(BAD, 25)
    assert await watch.notices() == [("pager", "firing", "Errors in EU")]
    with pytest.raises(Conflict, match="ended at"):
        await expire(watch, made.id, "ann", "over")  # type: ignore[arg-type]
    again, _ = await silence(watch, {"rule": ["error-rate"]}, 600, "ann", "known")  # type: ignore[arg-type]
    ended = await expire(watch, again.id, "bob", "no longer")  # type: ignore[arg-type]
    now = watch.clock.now()
    assert await Records(watch.database).silences(now) == ()
    assert ended.undo
    await watch.rules.actuate(Decision("alerts.rules", "undo", "", "back", action=ended.undo))
    assert [each.id for each in await Records(watch.database).silences(now)] == [again.id]


@pytest.mark.parametrize(
    ("matchers", "lasts", "says"),
    [
        ({}, 60.0, "a silence of everything is none"),
        ({"region": ["*"]}, 60.0, "a silence of everything is none"),
        ({"regoin": ["EU"]}, 60.0, "no alert has a regoin; did you mean region?"),
        ({"region": []}, 60.0, "region has no value"),
        ({"rule": ["eror-rate"]}, 60.0, "there is no rule eror-rate; did you mean error-rate?"),
        ({"region": ["EU"]}, 8 * 86400.0, "a silence lasts 1s to 7d, not 8d"),
    ],
)
async def test_a_silence_that_means_nothing_is_refused(
    watch: Bench, matchers: dict[str, Sequence[str]], lasts: float, says: str
) -> None:
    with pytest.raises(InvalidInput, match=says.replace("*", r"\*")):
        await silence(watch, matchers, lasts, "ann", "why")  # type: ignore[arg-type]
    assert await watch.decisions() == []


async def test_thousands_of_series_are_one_row_and_one_message(watch: Bench) -> None:
    slow = {(f"C{number}",): 900.0 for number in range(3_000)}
    await watch.run({"many": slow}, 9)
    [incident] = await watch.incidents()
    assert len(incident.alerts) == 3_000
    assert [channel for channel, _, _ in await watch.notices()] == ["chat"]


async def test_what_is_unchanged_is_not_written(watch: Bench) -> None:
    await watch.run(BAD, 20)
    records = Records(watch.database)
    before = (await records.epoch()).number
    await watch.run(BAD, 100)
    assert (await records.epoch()).number - before <= 11  # every ten seconds, how the groups stand


async def test_a_rule_that_cannot_be_asked_holds_its_alert_and_no_other(watch: Bench) -> None:
    await watch.run(BAD, 20)
    watch.dial.broken = {"error-rate": Unavailable("history is away")}
    await watch.run({"many": {("FR",): 900.0}}, 2000, 10)
    assert sorted(each.title for each in await watch.incidents()) == ["Errors in EU", "Slow: FR"]


async def test_postgresql_away_loses_nothing_and_tells_nothing_twice(
    watch: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    await watch.run(BAD, 9)

    async def away(self: object, decisions: Sequence[Decision]) -> list[Decision]:
        raise Unavailable("PostgreSQL does not answer")

    with monkeypatch.context() as patched:
        patched.setattr(type(watch.journal), "write", away)
        await watch.run(BAD, 30)
    assert await watch.incidents() == ()
    await watch.run(BAD, 5)
    assert len(await watch.incidents()) == 1
    assert await watch.notices() == [("pager", "firing", "Errors in EU")]
    assert [decision.kind for decision in await watch.decisions()] == ["incident-opened"]


async def test_a_write_that_fails_after_the_journal_is_made_up_for(
    watch: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    from meridian.alerts import keeping

    async def away(*_: object) -> None:
        raise Unavailable("PostgreSQL does not answer")

    with monkeypatch.context() as patched:
        patched.setattr(keeping, "put_incidents", away)
        await watch.run(BAD, 30)
    assert await watch.incidents() == ()
    await watch.run(BAD, 5)
    assert len(await watch.incidents()) == 1
    assert await watch.notices() == [("pager", "firing", "Errors in EU")]
    assert [decision.kind for decision in await watch.decisions()] == ["incident-opened"]


async def test_what_is_old_is_forgotten(watch: Bench) -> None:
    await watch.run(BAD, 20)
    await watch.run(GOOD, 40)
    watch.clock.advance(91 * 86400)
    await watch.run(GOOD, 1)
    assert await watch.incidents("all") == ()


async def test_whether_anybody_judges_the_rules_is_known_to_every_process(watch: Bench) -> None:
    assert "no alert rule was ever judged" in await trouble(watch)  # type: ignore[arg-type]
    await watch.run({}, 1)
    assert await trouble(watch) == ""  # type: ignore[arg-type]
    async with watch.database.connection() as connection:
        await connection.execute("UPDATE alert_epoch SET judged = judged - interval '25 seconds'")
    assert "no alert rule was judged for 25s" in await trouble(watch)  # type: ignore[arg-type]
    await watch.run({}, 4)
    assert await trouble(watch) == ""  # type: ignore[arg-type]
