import pytest

from meridian.core.clock import FakeClock
from meridian.core.decision import Decision
from meridian.core.errors import NotFound
from meridian.core.journal import MemoryJournal


def decision(subject: str = "s", controller: str = "c") -> Decision:
    return Decision(controller, "k", subject, f"{subject} is decided")


async def test_decisions_are_stamped_stored_and_read_newest_first() -> None:
    clock = FakeClock()
    journal = MemoryJournal(clock)
    (first,) = await journal.write([decision("one")])
    clock.advance(1)
    (second,) = await journal.write([decision("two")])
    assert first.id
    assert first.at is not None
    assert [each.subject for each in await journal.recent()] == ["two", "one"]
    assert await journal.get(second.id) == second


async def test_a_decision_that_is_stored_already_is_left_as_it_is() -> None:
    journal = MemoryJournal(FakeClock())
    (stored,) = await journal.write([decision()])
    again = Decision("c", "k", "s", "another sentence").stamped(stored.id, stored.at)  # type: ignore[arg-type]
    await journal.write([again])
    assert (await journal.get(stored.id)).sentence == "s is decided"


async def test_recent_is_filtered_and_bounded() -> None:
    journal = MemoryJournal(FakeClock())
    await journal.write([decision("a"), decision("b"), decision("a", "other")])
    assert {each.controller for each in await journal.recent(subject="a")} == {"c", "other"}
    assert [each.subject for each in await journal.recent(controller="other")] == ["a"]
    assert len(await journal.recent(1)) == 1


async def test_an_unknown_id_is_told_with_what_to_do() -> None:
    with pytest.raises(NotFound, match="meridian journal"):
        await MemoryJournal().get("nowhere")
