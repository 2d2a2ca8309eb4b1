"""What operators decide about limits: journalled, compiled, undone, expired."""

from datetime import timedelta
from typing import Any

import pytest

from meridian.core.decision import Decision
from meridian.core.errors import Conflict, InvalidInput, NotFound
from meridian.core.runner import Runner
from meridian.limits.admission.secret import Names
from meridian.limits.blocks import record_block_events
from meridian.limits.choices import Choices
from meridian.limits.operations import lift_block, reset_counters, set_override
from meridian.limits.state import Lift
from meridian.limits.store import MOST_RESETS, Override, Overrides, Resets
from tests.limits.control import Bench
from tests.limits.policy import config, policies


async def choose(bench: Bench, rate: int | None, policy: str = "chat", lasting: float = 0.0) -> Decision:
    expires = bench.clock.now() + timedelta(seconds=lasting) if lasting else None
    return await set_override(bench, "user", "u1", policy, rate, "anna", "festival", expires)  # type: ignore[arg-type]


async def undo(bench: Bench, decision: Decision) -> Decision:
    """As control undoes a decision; the undoing's own decision, which can be undone too."""
    assert decision.undo is not None
    made = Decision(
        decision.undo["controller"],
        "undo",
        decision.subject,
        "taken back",
        action=decision.undo,
        undo=decision.action,
    )
    stored = made.stamped("1", bench.clock.now())
    await Choices(bench).actuate(stored)  # type: ignore[arg-type]
    return stored


async def test_an_override_is_compiled_when_the_call_returns_and_journalled_with_who_and_why(
    bench: Bench,
) -> None:
    decision = await choose(bench, 500)
    assert bench.loaded.users == {"u1": {"chat": 500}}
    assert (decision.sentence, decision.actor, decision.reason) == (
        "anna lets u1 have 500 of chat: festival",
        "anna",
        "festival",
    )
    await choose(bench, None)
    assert bench.loaded.users == {}
    assert bench.sentences()[-1] == "anna cleared the override of chat for u1, 500: festival"


async def test_a_client_is_named_as_its_counters_name_it(bench: Bench) -> None:
    await set_override(bench, "client", "2001:db8::1", "general", 20, "anna", "a scraper")  # type: ignore[arg-type]
    assert bench.loaded.clients == {"2001:db8::/64": {"general": 20}}


async def test_undoing_an_override_puts_back_what_was_before(bench: Bench) -> None:
    first = await choose(bench, 500)
    second = await choose(bench, 50)
    await undo(bench, second)
    assert bench.loaded.users == {"u1": {"chat": 500}}
    await undo(bench, first)
    assert bench.loaded.users == {}


async def test_an_override_expires_by_itself_within_a_second_and_says_so(bench: Bench) -> None:
    await choose(bench, 500, lasting=60.0)
    controller = Choices(bench)  # type: ignore[arg-type]
    runner = Runner([controller], bench.journal, bench.clock, bench.config)
    bench.clock.advance(59)
    await runner.cycle(controller)
    assert bench.loaded.users == {"u1": {"chat": 500}}
    bench.clock.advance(1)
    await runner.cycle(controller)
    assert bench.loaded.users == {}
    assert bench.sentences()[-1] == "the chat limit of u1 is the usual one again: anna's 500 have expired"
    await runner.cycle(controller)
    assert len(bench.journal.entries) == 2
    [last] = [d for d in bench.journal.entries.values() if d.kind == "override-expired"]
    assert [d.sentence for d in controller.replay(bench.policy, last.evidence)] == [last.sentence]


async def test_an_override_that_was_renewed_meanwhile_does_not_expire(bench: Bench) -> None:
    await choose(bench, 500, lasting=60.0)
    bench.clock.advance(61)
    controller = Choices(bench)  # type: ignore[arg-type]
    [ended] = await controller.observe()
    await choose(bench, 600, lasting=60.0)
    _, [decision] = controller.decide(None, None, [ended], bench.clock.now())
    await controller.actuate(decision)
    assert bench.loaded.users == {"u1": {"chat": 600}}


async def test_an_expired_override_is_neither_compiled_nor_brought_back_by_an_undo(bench: Bench) -> None:
    await choose(bench, 500, lasting=60.0)
    second = await choose(bench, 50)
    bench.clock.advance(61)
    with pytest.raises(InvalidInput, match="would have expired"):
        await undo(bench, second)
    await choose(bench, 70, lasting=10.0)
    bench.clock.advance(11)
    await bench.recompile()
    assert bench.loaded.users == {}


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        (("user", "u1", "caht", 5), NotFound, "no limit is called 'caht'; did you mean chat"),
        (("user", "u1", "chat", None), Conflict, "u1 has no override of chat"),
        (("user", "u1", "chat", 0), InvalidInput, "a rate is 1 to 10000000, not 0"),
        (("user", "u1", "general", 5), InvalidInput, "not for one user; a user has limits of its own: rapid, chat, pay, trial"),
        (("client", "1.2.3.4", "country", 5), InvalidInput, "country is counted for each country, not for one client"),
        (("client", "u1", "general", 5), InvalidInput, "'u1' is not a client's address"),
        (("user", "u" * 257, "chat", 5), InvalidInput, "256 characters"),
        (("user", "u1", "rough", 3), InvalidInput, "a burst of 1 is too small to divide"),
    ],
)  # fmt: skip
async def test_what_cannot_be_is_refused_before_anything_is_written(
    bench: Bench, arguments: tuple[Any, ...], error: type[Exception], sentence: str
) -> None:
    rough = {"key": "user", "actions": ["search"], "rate": 10, "window": "1m", "burst": 2, "risk": False}
    if "rough" in arguments:
        bench.policy = config(**(policies(rough=rough) | {"tiers": {}}))
    with pytest.raises(error) as caught:
        await set_override(bench, *arguments, "anna", "x")  # type: ignore[arg-type]
    assert sentence in str(caught.value)
    assert bench.sentences() == []


async def test_an_override_of_a_limit_that_is_gone_is_not_compiled_and_can_be_cleared(bench: Bench) -> None:
    await choose(bench, 500)
    bench.policy = config(**policies(chat=None), tests=[])
    await bench.recompile()
    assert bench.loaded.users == {}
    await choose(bench, None)
    assert await Overrides(bench.database).in_force(bench.clock.now()) == ()


async def test_a_reset_takes_a_generation_that_was_never_used_and_its_undo_returns_to_the_one_before(
    bench: Bench,
) -> None:
    async def reset() -> Decision:
        return await reset_counters(bench, "user", "u1", "anna", "a mistake of ours")  # type: ignore[arg-type]

    first = await reset()
    assert (bench.loaded.resets, first.sentence) == (
        {"u1": 1},
        "anna reset the limits of u1: a mistake of ours",
    )
    undoing = await undo(bench, first)
    assert bench.loaded.resets == {}
    await undo(bench, undoing)
    assert bench.loaded.resets == {"u1": 1}
    await undo(bench, first)
    await reset()
    assert bench.loaded.resets == {"u1": 2}


async def test_resets_are_remembered_of_so_many_and_the_oldest_go_first(bench: Bench) -> None:
    async with bench.database.connection() as connection:
        await connection.execute(
            "INSERT INTO limit_reset SELECT 'user', 'old-' || number, 1, 1, %s - number * interval '1 second' "
            "FROM generate_series(1, %s) AS number",
            (bench.clock.now(), MOST_RESETS),
        )
    await Resets(bench.database).put("user", "u1", 1, bench.clock.now())
    kept = await Resets(bench.database).generations()
    assert len(kept) == MOST_RESETS
    assert "u1" in kept
    assert f"old-{MOST_RESETS}" not in kept


async def test_a_lifted_block_is_told_to_the_edges_until_no_block_can_be_older(bench: Bench) -> None:
    at = bench.clock.now().timestamp()
    decision = await lift_block(bench, "account", " anna@example.com ", "otto", "she called")  # type: ignore[arg-type]
    assert bench.loaded.lifted == (Lift("account", "anna@example.com", at),)
    assert decision.sentence == (
        "otto: no block of account anna@example.com is listed; one that began before now ends: she called"
    )
    undoing = await undo(bench, decision)
    assert bench.loaded.lifted == ()
    await undo(bench, undoing)
    bench.clock.advance(2 * 3600 + 1)
    await bench.recompile()
    assert bench.loaded.lifted == ()
    await lift_block(bench, "address", "2001:db8::7", "otto", "a campus")  # type: ignore[arg-type]
    assert [each.subject for each in bench.loaded.lifted] == ["2001:db8::/64"]


async def test_a_block_can_be_lifted_by_the_name_it_is_listed_under(bench: Bench) -> None:
    name, now = "0123456789abcdef" * 2, bench.clock.now()
    with pytest.raises(NotFound, match="no block is listed as 0123"):
        await lift_block(bench, "name", name, "otto", "x")  # type: ignore[arg-type]
    event = {
        "event": "block",
        "t": now.timestamp(),
        "kind": "device",
        "shield": "login",
        "subject": f"{name}.{name}",
    }
    async with bench.database.connection() as connection:
        await record_block_events(connection, "EU", [{**event, "until": now.timestamp() + 60}], now)
    await lift_block(bench, "name", f"{name}.{name}", "otto", "x")  # type: ignore[arg-type]
    assert [(each.kind, each.subject) for each in bench.loaded.lifted] == [("account", name)]


@pytest.mark.parametrize("kind", ["account", "device", "address"])
async def test_lifting_says_whether_there_was_a_block(
    bench: Bench, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lift(subject: str) -> str:
        named = "address" if kind == "address" else "account"
        return (await lift_block(bench, named, subject, "otto", "x")).sentence  # type: ignore[arg-type]

    key, now = "one that the edges share", bench.clock.now()
    name = Names.derived(key).name("account", "anna@example.com")
    subject = {"account": name, "device": f"{name}.{'0' * 32}", "address": "198.51.100.7"}[kind]
    lasting = {"event": "block", "t": now.timestamp(), "until": now.timestamp() + 60}
    async with bench.database.connection() as connection:
        event = {**lasting, "kind": kind, "shield": "login", "subject": subject}
        await record_block_events(connection, "EU", [event], now)
    monkeypatch.setenv("MERIDIAN_EDGE_KEY", key)
    if kind == "address":
        assert await lift("198.51.100.7") == "otto lifted the block of address 198.51.100.7: x"
        assert "no block of address 198.51.100.8 is listed" in await lift("198.51.100.8")
        return
    assert await lift("Anna@example.com") == "otto lifted the block of account Anna@example.com: x"
    assert "no block of account otto@example.com is listed" in await lift("otto@example.com")
    monkeypatch.delenv("MERIDIAN_EDGE_KEY")
    unknown = "otto ended any block of account anna@example.com that began before now: x"
    assert await lift("anna@example.com") == unknown


async def test_what_is_in_force_follows_from_the_time_alone(bench: Bench) -> None:
    now = bench.clock.now()
    until = now + timedelta(seconds=5)
    await Overrides(bench.database).put(Override("user", "u1", "chat", 9, "x", "anna", now, until))
    assert [each.rate for each in await Overrides(bench.database).in_force(now)] == [9]
    assert await Overrides(bench.database).in_force(until) == ()
