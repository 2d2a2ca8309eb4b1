import asyncio

import pytest

from meridian.core.clock import FakeClock
from meridian.core.errors import Conflict, InvalidInput, NotFound
from meridian.store.configs import Configs, digest_of
from meridian.store.database import Database


@pytest.fixture
def configs(database: Database) -> Configs:
    return Configs(database, FakeClock())


async def test_at_first_there_is_none(configs: Configs) -> None:
    assert await configs.active() is None
    assert await configs.history() == []


async def test_what_was_applied_last_is_active_and_the_rest_is_history(configs: Configs) -> None:
    first = await configs.apply("a: 1\n", actor="ada", reason="launch")
    second = await configs.apply("a: 2\n", actor="bob", reason="more")

    assert (first.version, second.version) == (1, 2)
    assert second.digest == digest_of("a: 2\n")
    assert await configs.active() == second
    assert await configs.history() == [second, first]
    assert await configs.history(before=2) == [first]
    assert await configs.history(limit=1) == [second]
    assert await configs.get(1) == first


async def test_the_same_text_twice_in_a_row_is_no_new_version(configs: Configs) -> None:
    first = await configs.apply("a: 1\n", actor="ada", reason="launch", expected=0)

    again = await configs.apply("a: 1\n", actor="ada", reason="an answer was lost", expected=0)

    assert again == first
    assert await configs.history() == [first]


async def test_a_change_made_from_an_older_version_is_refused(configs: Configs) -> None:
    await configs.apply("a: 1\n", actor="ada", reason="launch")
    await configs.apply("a: 2\n", actor="bob", reason="more")

    with pytest.raises(Conflict, match="version 2 is active by now, and this change was made from version 1"):
        await configs.apply("a: 3\n", actor="ada", reason="other", expected=1)


async def test_of_many_at_once_one_wins(configs: Configs) -> None:
    await configs.apply("a: 0\n", actor="ada", reason="launch")

    results = await asyncio.gather(
        *(configs.apply(f"a: {n}\n", actor="ada", reason="race", expected=1) for n in range(1, 9)),
        return_exceptions=True,
    )

    won = [result for result in results if not isinstance(result, BaseException)]
    assert [stored.version for stored in won] == [2]
    assert all(isinstance(result, Conflict) for result in results if result not in won)
    assert [stored.version for stored in await configs.history()] == [2, 1]


async def test_rolling_back_applies_the_older_text_as_a_new_version(configs: Configs) -> None:
    first = await configs.apply("a: 1\n", actor="ada", reason="launch")
    await configs.apply("a: 2\n", actor="bob", reason="more")

    back = await configs.rollback(1, actor="ada", reason="errors")

    assert (back.version, back.text, back.digest, back.rolled_back_from) == (3, first.text, first.digest, 2)
    assert await configs.active() == back


async def test_an_unknown_version_is_not_found(configs: Configs) -> None:
    with pytest.raises(NotFound, match="no configuration has the version 7"):
        await configs.rollback(7, actor="ada", reason="errors")


async def test_a_text_that_postgresql_cannot_hold_is_refused(configs: Configs) -> None:
    with pytest.raises(InvalidInput, match="NUL"):
        await configs.apply("a: \0", actor="ada", reason="binary")
